/**
 * What every writer of a model format must do: each kernel type of the catalogue becomes a file that the engine loads
 * and runs, with the shapes of the graph and finite numbers. In: a writer and an engine. Out: tests of node:test.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../src/base/index.js";
import type { Graph } from "../../src/graph/index.js";
import { exampleConfig, type KernelConfig, kernelTypeNames, kernelTypeOf } from "../../src/kernels/index.js";
import { randomConfig } from "./kernel-configs.js";

export interface EngineOutput {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
}

export interface WriterContract {
  readonly format: string;
  readonly precisions: readonly ("fp32" | "int8")[];
  write(graph: Graph, options: { seed: number; precision: "fp32" | "int8" }): Uint8Array;
  /** Loads the file, runs it once on inputs of its choice, returns the outputs in the graph's order. */
  run(file: Uint8Array, graph: Graph): Promise<readonly EngineOutput[]>;
  /** Random configs of each type beside the typical one. */
  readonly randomConfigs: number;
  /** Whole models to write and run as well, by name. */
  readonly models?: Readonly<Record<string, () => Graph>>;
  /** Why the engine cannot run this config, where it is known to be unable to. */
  unsupported?(type: string, config: KernelConfig): string | undefined;
}

export function testWriter(contract: WriterContract): void {
  for (const precision of contract.precisions)
    for (const type of kernelTypeNames)
      test(`${contract.format} ${precision}: ${type} loads and runs`, async () => {
        const random = createRandom(`writer/${type}`);
        const drawn = Array.from({ length: contract.randomConfigs }, () => randomConfig(type, random, 24));
        for (const config of [exampleConfig(type), ...drawn]) {
          if (contract.unsupported?.(type, config) !== undefined) continue;
          await checkConfig(contract, precision, type, config);
        }
      });

  for (const [name, graph] of Object.entries(contract.models ?? {}))
    test(`${contract.format}: ${name}, written again, loads and runs`, () =>
      checkGraph(contract, "fp32", graph(), name));

  test(`${contract.format}: the same graph and seed give the same bytes, another seed gives others`, () => {
    const graph = kernelTypeOf("fc").graph!(exampleConfig("fc"));
    const write = (seed: number) => contract.write(graph, { seed, precision: "fp32" });
    assert.deepEqual(write(1), write(1));
    assert.notDeepEqual(write(1), write(2));
  });
}

const checkConfig = (contract: WriterContract, precision: "fp32" | "int8", type: string, config: KernelConfig) =>
  checkGraph(contract, precision, kernelTypeOf(type).graph!(config), `${type} ${JSON.stringify(config)}`);

async function checkGraph(
  { write, run }: WriterContract,
  precision: "fp32" | "int8",
  graph: Graph,
  label: string,
): Promise<void> {
  const outputs = await run(write(graph, { seed: 1, precision }), graph).catch((error: unknown) => {
    throw new Error(`${label}: ${error}`);
  });
  for (const [i, output] of outputs.entries()) {
    assert.deepEqual(output.shape, graph.tensors.get(graph.outputs[i]!)!.shape, label);
    assert.ok(
      Array.from(output.values).every((value) => Number.isFinite(Number(value))),
      label,
    );
  }
}
