/**
 * Every engine that is installed in LITEPRED_HOME computes what ONNX Runtime computes, case by case: nothing is timed
 * that does something else. What an engine does not have is refused, never wrong; the core cases it must have.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Precision } from "../../src/platforms/index.js";
import {
  agentEngineNames,
  type Engine,
  type EngineDescription,
  installedVersions,
  loadEngine,
  readRecipe,
} from "../../src/profiling/index.js";
import { cases } from "./cases.js";
import { outputsOf, relativeError, type Tensors } from "./conformance.js";

/** int8: about one step of 255 over the usual range, and what several layers of it add up to. */
const tolerances: Partial<Record<Precision, number>> = { fp32: 1e-4, int8: 0.08, bf16: 0.03, fp16: 0.01 };

const home = process.env.LITEPRED_HOME;
let references: Promise<ReadonlyMap<string, Tensors>> | undefined;

async function referenceOutputs(): Promise<ReadonlyMap<string, Tensors>> {
  const engine = await loadEngine("onnxruntime-node");
  const running = await engine.start({ processor: "cpu", precision: "fp32", options: {} });
  const outputs = new Map<string, Tensors>();
  for (const { name, graph } of cases)
    outputs.set(name, (await outputsOf(running, "onnx", graph(), "fp32")) as Tensors);
  await running.close();
  return outputs;
}

for (const name of agentEngineNames) {
  const versions = home === undefined ? [] : installedVersions(readRecipe(name), home);
  if (versions.length === 0)
    test(`engine ${name} computes what ONNX Runtime computes`, { skip: "not installed in LITEPRED_HOME" }, () => {});
  for (const { version } of versions)
    test(`engine ${name}@${version} computes what ONNX Runtime computes`, async (context) => {
      const engine = await loadEngine(name, { version, home: home! });
      const description = await engine.describe();
      references ??= referenceOutputs();
      for (const precision of description.precisions)
        await context.test(precision, async (inner) => {
          const { wrong, refused } = await runCases(engine, description, precision, await references!);
          for (const line of refused) inner.diagnostic(`refused: ${line}`);
          assert.deepEqual(wrong, []);
        });
    });
}

async function runCases(
  engine: Engine,
  { format }: EngineDescription,
  precision: Precision,
  reference: ReadonlyMap<string, Tensors>,
) {
  const running = await engine.start({ processor: "cpu", precision, options: {} });
  const [wrong, refused]: [string[], string[]] = [[], []];
  try {
    for (const { name, isCore, graph } of cases) {
      const outputs = await outputsOf(running, format, graph(), precision);
      if ("refused" in outputs) {
        const line = `${name}: ${String(outputs.refused).replaceAll(/\s+/g, " ").slice(0, 160)}`;
        (isCore ? wrong : refused).push(line);
        continue;
      }
      const error = relativeError(reference.get(name)!, outputs as Tensors);
      if (!(error <= tolerances[precision]!)) wrong.push(`${name}: relative error ${error.toExponential(1)}`);
    }
  } finally {
    await running.close();
  }
  return { wrong, refused };
}
