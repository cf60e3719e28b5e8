/**
 * The reference models: what everything is timed against. On shared machines a core changes its speed within tenths of a
 * millisecond, and nothing tells; but whatever runs on it suffers nearly alike. So a mobile network and one bound by arithmetic
 * run between the runs of every subject, in the same process on the same core, and what counts is the ratio to them.
 * Measured (docs/adr/0003): two looks at a model differ by 10 % in the median, as ratios by 1.6 %. A single convolution as the
 * reference is worse: it suffers more than a network does.
 */
import type { PreparedModel, RunningEngine } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { buildReferenceModel } from "../spaces/index.js";

export const referenceNames = ["mobile", "arithmetic"] as const;
export type ReferenceName = (typeof referenceNames)[number];

/** Milliseconds by reference. */
export type ReferenceTimes = Readonly<Record<ReferenceName, number>>;

/** ln of how much slower than nominal the references run: the mean over them. */
export function slowness(referencesMs: readonly number[], nominal: ReferenceTimes): number {
  const logs = referenceNames.map((name, i) => Math.log(referencesMs[i]! / nominal[name]));
  return logs.reduce((total, log) => total + log, 0) / logs.length;
}

/** References that are loaded in an engine, by the engine; they go with its process. */
const opened = new WeakMap<RunningEngine, readonly PreparedModel[]>();

/** In the order of `referenceNames`. @throws EngineFailure where the engine cannot run them. */
export async function openReferences(
  running: RunningEngine,
  encode: (graph: Graph) => Uint8Array,
): Promise<readonly PreparedModel[]> {
  const known = opened.get(running);
  if (known !== undefined) return known;
  const references: PreparedModel[] = [];
  for (const name of referenceNames) references.push(await running.prepare(encode(buildReferenceModel(name))));
  for (const reference of references) await reference.time({ warmup: 2, runs: 1, maxMs: 1 });
  opened.set(running, references);
  return references;
}

/** After a failure the engine's process may be another one, which knows nothing of them. */
export function forgetReferences(running: RunningEngine): void {
  opened.delete(running);
}
