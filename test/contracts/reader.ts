/**
 * What every reader of a model format must do: exact shapes, lawful graphs, typed errors for damaged files.
 * In: a reader and sample files with the shapes that a runtime computed for them. Out: tests of node:test.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, LitepredError } from "../../src/base/index.js";
import type { Graph, Tensor } from "../../src/graph/index.js";
import type { Reader } from "../../src/readers/index.js";
import { checkGraphLaws } from "./graph-laws.js";
import { mutate } from "./mutation.js";

export interface ReaderSample {
  readonly name: string;
  model(): Uint8Array;
  /** Shapes by tensor name, as an engine computed them. */
  shapes(): Readonly<Record<string, readonly number[]>>;
}

export interface ReaderContract {
  readonly reader: Reader;
  readonly samples: readonly ReaderSample[];
  /** Every tensor of a file, those that are folded away included, where the reader can tell. */
  allTensors?(bytes: Uint8Array): ReadonlyMap<string, Tensor>;
  /** Small files whose bytes are mostly structure, to damage. */
  readonly targets: readonly Uint8Array[];
  /** Damaged files to try. */
  readonly mutations: number;
}

export function testReader({ reader, samples, allTensors, targets, mutations }: ReaderContract): void {
  for (const sample of samples) {
    test(`${reader.format}: ${sample.name} has the shapes that the engine computes`, () => {
      const bytes = sample.model();
      assert.ok(reader.match(bytes));
      const graph = reader.read(bytes, {});
      checkGraphLaws(graph);
      const shapes = sample.shapes();
      for (const [name, { shape, constant }] of graph.tensors) {
        if (!constant) assert.deepEqual(shape, shapes[name], `shape of ${name}`);
      }
      const all = allTensors?.(bytes);
      for (const name of all ? Object.keys(shapes) : []) {
        assert.deepEqual(all?.get(name)?.shape, shapes[name], `shape of ${name}, which may be folded away`);
      }
    });
  }

  test(`${reader.format}: what is no model does not match or is refused`, () => {
    for (const text of ["", "\0", "PK\u0003\u0004", "hello", "{}", "\u0008\u0007", ":\u0000", "\u0008"]) {
      const bytes = new TextEncoder().encode(text);
      if (reader.match(bytes)) assert.throws(() => reader.read(bytes, {}), LitepredError);
    }
  });

  test(`${reader.format}: ${mutations} damaged files end in a typed error or a lawful graph`, () => {
    const random = createRandom("reader contract");
    for (let i = 0; i < mutations; i++) {
      const bytes = mutate(random.pick(targets), targets, random);
      const graph = readOrRefuse(reader, bytes);
      if (graph) checkGraphLaws(graph);
    }
  });
}

export function readOrRefuse(reader: Reader, bytes: Uint8Array): Graph | undefined {
  try {
    return reader.match(bytes) ? reader.read(bytes, {}) : undefined;
  } catch (error) {
    if (error instanceof LitepredError && error.message !== "") return undefined;
    throw error;
  }
}
