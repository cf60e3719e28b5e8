/** The engines there are. This list is the only place that names them all; each is loaded when it is asked for. */
import { LitepredError } from "../../base/index.js";
import type { Engine } from "../contract.js";

const engines: Readonly<Record<string, () => Promise<Engine>>> = {
  "onnxruntime-node": async () => (await import("./onnxruntime-node.js")).engine,
};

export const engineNames: readonly string[] = Object.keys(engines);

/** @throws LitepredError `engine-unavailable`. */
export async function loadEngine(name: string): Promise<Engine> {
  const load = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (load === undefined)
    throw new LitepredError(
      "engine-unavailable",
      `there is no engine "${name}"`,
      `use one of ${engineNames.join(", ")}`,
    );
  return load();
}

/** Version of an engine installed here; undefined where it is not. */
export async function installedEngineVersion(name: string): Promise<string | undefined> {
  try {
    return (await (await loadEngine(name)).describe()).version;
  } catch (error) {
    if (error instanceof LitepredError && error.code === "engine-unavailable") return undefined;
    throw error;
  }
}
