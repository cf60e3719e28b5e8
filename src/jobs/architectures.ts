/**
 * Whole architectures of the search spaces, measured once a pass. Their name in the store says which architecture it is
 * (`<purpose>/<space>/<encoding>`, later passes with `@<pass>`), so that it can be built again when it is needed.
 */
import { randomUUID } from "node:crypto";
import { createRandom, LitepredError, sha256 } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import { type Detection, detectKernels, type FusionRules } from "../kernels/index.js";
import { type Measurement, modelType, type Protocol, type Store } from "../measurements/index.js";
import { measureModelFiles, protocols } from "../profiling/index.js";
import { loadSpace } from "../spaces/index.js";
import { encoderOf } from "./encoding.js";
import type { LocalPlatform } from "./workspace.js";

export interface NamedArchitecture {
  /** `<purpose>/<space>/<encoding>`. */
  readonly name: string;
  readonly space: string;
}

/**
 * Two looks of an eighth of a second, some seconds apart: hundreds of architectures say more than long looks at few, but one
 * look in ten falls into a moment when the machine is 10 to 200 % slower.
 */
export const briefProtocol: Protocol = {
  ...protocols.quick,
  name: "brief",
  warmup: 2,
  runs: 20,
  maxMs: 120,
  sessions: 2,
};

/** `count` distinct architectures of each space, the spaces in turn; those named in `except` (of any purpose) are left out. */
export async function sampleArchitectures(
  purpose: string,
  counts: Readonly<Record<string, number>>,
  seed: number,
  except: readonly NamedArchitecture[] = [],
): Promise<NamedArchitecture[]> {
  const taken = new Set(except.map(({ name }) => withoutPurpose(name)));
  const columns: NamedArchitecture[][] = [];
  for (const [spaceName, count] of Object.entries(counts)) {
    const space = await loadSpace(spaceName);
    const random = createRandom(`${seed}/${purpose}/${spaceName}`);
    const chosen: NamedArchitecture[] = [];
    for (let draws = 0; chosen.length < count && draws < 50 * count; draws++) {
      const key = `${spaceName}/${space.encode(space.sample(random)).join("-")}`;
      if (taken.has(key)) continue;
      taken.add(key);
      chosen.push({ name: `${purpose}/${key}`, space: spaceName });
    }
    columns.push(chosen);
  }
  const longest = Math.max(0, ...columns.map((column) => column.length));
  return Array.from({ length: longest }, (_, i) => columns.flatMap((column) => column[i] ?? [])).flat();
}

const withoutPurpose = (name: string) => name.slice(name.indexOf("/") + 1);

/** @throws LitepredError for a name that is no architecture of a space. */
export async function architectureGraph(name: string): Promise<Graph> {
  const [, spaceName = "", encoding = ""] = name.split("/");
  const space = await loadSpace(spaceName);
  return space.toGraph(space.decode(encoding.split("-").map(Number)));
}

/** Undefined where the space changed since: the name no longer says what was measured. */
export async function architectureKernels(name: string, rules: FusionRules): Promise<Detection | undefined> {
  try {
    return detectKernels(await architectureGraph(name), rules);
  } catch (error) {
    if (error instanceof LitepredError) return undefined;
    throw error;
  }
}

export interface ArchitecturesRequest {
  readonly store: Store;
  readonly local: LocalPlatform;
  readonly architectures: readonly NamedArchitecture[];
  /** From 1. */
  readonly pass: number;
  readonly signal?: AbortSignal;
  /** Architectures so far. */
  onProgress?(done: number, note?: string): void;
}

export const passName = (name: string, pass: number) => (pass === 1 ? name : `${name}@${pass}`);

/** Measures what the store lacks, into the store. */
export async function measureArchitectures(request: ArchitecturesRequest): Promise<void> {
  const { store, local, architectures, pass, signal } = request;
  const open: NamedArchitecture[] = [];
  for (const architecture of architectures)
    if (!(await store.has(local.id, modelType, sha256(passName(architecture.name, pass))))) open.push(architecture);
  if (open.length === 0) return;
  const encode = encoderOf(local.description.format, local.platform.precision);
  const graphs = await Promise.all(open.map(({ name }) => architectureGraph(name)));
  const running = await local.engine.start(local.platform);
  const session = randomUUID();
  try {
    const measured = measureModelFiles(
      {
        engine: { running },
        engineVersion: local.description.version,
        protocol: briefProtocol,
        signal,
        onSession: (done, total) => request.onProgress?.(Math.round((open.length * done) / total)),
      },
      open.length,
      (i) => encode(graphs[i]!),
    );
    for await (const { index, outcome, conditions } of measured) {
      const name = passName(open[index]!.name, pass);
      const measurement: Measurement = {
        platform: local.id,
        subject: { kind: "model", name, sha256: sha256(name) },
        outcome,
        protocol: briefProtocol,
        conditions,
        session,
        at: new Date().toISOString(),
      };
      store.append(measurement);
    }
  } finally {
    await running.close();
    await store.flush();
  }
}
