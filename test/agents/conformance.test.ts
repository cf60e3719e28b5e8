/**
 * Every engine that is installed in LITEPRED_HOME, in each host that it has, computes what ONNX Runtime computes, case by
 * case: nothing is timed that does something else. What an engine does not have is refused, never wrong; the core cases it must have.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agentEngineNames,
  type Engine,
  type EngineDescription,
  type EngineSettings,
  findChromium,
  installedVersions,
  loadEngine,
  readRecipe,
} from "../../src/engines/index.js";
import type { Precision } from "../../src/platforms/index.js";
import { cases } from "./cases.js";
import { outputsOf, relativeError, type Tensors } from "./conformance.js";

/** fp32: some engines approximate erf and exp. int8: about one step of 255 over the usual range, and what several layers of it add up to. */
const tolerances: Partial<Record<Precision, number>> = { fp32: 5e-4, int8: 0.08, bf16: 0.03, fp16: 0.01 };

const home = process.env.LITEPRED_HOME;
const references = new Map<Precision, Promise<ReadonlyMap<string, Tensors>>>();

/**
 * ONNX Runtime's outputs; in int8 of the same file, whose weights are 8-bit numbers of their own, and as it is written:
 * optimised, sums of 16 bits overflow on processors without VNNI.
 */
function referenceOutputs(precision: Precision): Promise<ReadonlyMap<string, Tensors>> {
  const known = references.get(precision) ?? computeReference(precision);
  references.set(precision, known);
  return known;
}

async function computeReference(precision: Precision): Promise<ReadonlyMap<string, Tensors>> {
  const engine = await loadEngine("onnxruntime-node");
  const options: EngineSettings["options"] = precision === "int8" ? { level: "disabled" } : {};
  const running = await engine.start({ processor: "cpu", precision, options });
  const outputs = new Map<string, Tensors>();
  for (const { name, graph } of cases)
    outputs.set(name, (await outputsOf(running, "onnx", graph(), precision)) as Tensors);
  await running.close();
  return outputs;
}

for (const name of agentEngineNames) {
  const versions = home === undefined ? [] : installedVersions(readRecipe(name), home);
  if (versions.length === 0)
    test(`engine ${name} computes what ONNX Runtime computes`, { skip: "not installed in LITEPRED_HOME" }, () => {});
  for (const [{ version }, options] of versions.flatMap((found) => variants(name).map((one) => [found, one] as const)))
    test(`engine ${name}@${version}${inHost(options)} computes what ONNX Runtime computes`, async (context) => {
      if (lacksHost(name, options)) return context.skip("no Chromium");
      const engine = await loadEngine(name, { version, home: home! });
      const description = await engine.describe();
      const { deviations = {} } = readRecipe(name);
      for (const precision of description.precisions)
        await context.test(precision, async (inner) => {
          const own = description.format === "onnx" && precision === "int8" ? "int8" : "fp32";
          const reference = await referenceOutputs(own);
          const { wrong, refused } = await runCases(
            engine,
            description,
            { processor: "cpu", precision, options },
            reference,
          );
          for (const line of refused) inner.diagnostic(`refused: ${line}`);
          const surprising = wrong.filter(({ name: found }) => deviations[found] === undefined);
          assert.deepEqual(surprising, []);
        });
    });
}

/** An engine that runs in several hosts is tried in each. */
function variants(name: string): EngineSettings["options"][] {
  const recipe = readRecipe(name);
  return recipe.kind === "npm" && recipe.hosts.length > 1 ? recipe.hosts.map((host) => ({ host })) : [{}];
}

function inHost({ host }: EngineSettings["options"]): string {
  return host === undefined ? "" : `?host=${host}`;
}

function lacksHost(name: string, options: EngineSettings["options"]): boolean {
  const recipe = readRecipe(name);
  if ((options.host ?? (recipe.kind === "npm" ? recipe.hosts[0] : undefined)) !== "chromium") return false;
  try {
    findChromium();
    return false;
  } catch {
    return true;
  }
}

async function runCases(
  engine: Engine,
  { format }: EngineDescription,
  settings: EngineSettings,
  reference: ReadonlyMap<string, Tensors>,
) {
  const { precision } = settings;
  const running = await engine.start(settings);
  const wrong: { name: string; what: string }[] = [];
  const refused: string[] = [];
  try {
    for (const { name, isCore, graph } of cases) {
      const outputs = await outputsOf(running, format, graph(), precision);
      if ("refused" in outputs) {
        const what = String(outputs.refused).replaceAll(/\s+/g, " ").slice(0, 160);
        if (isCore) wrong.push({ name, what });
        else refused.push(`${name}: ${what}`);
        continue;
      }
      const error = relativeError(reference.get(name)!, outputs as Tensors, precision);
      if (!(error <= tolerances[precision]!)) wrong.push({ name, what: `relative error ${error.toExponential(1)}` });
    }
  } finally {
    await running.close();
  }
  return { wrong, refused };
}
