/** One part of the work: architectures of one space on platforms that share their fusion rules. The same on any thread. */
import { createRandom } from "../../base/index.js";
import type { FusionRules } from "../../kernels/index.js";
import {
  createPartsPredictor,
  type ModelParts,
  type PartsPredictor,
  type PlatformPredictor,
} from "../../predictors/index.js";
import { kernelParts, loadSpace, type Space } from "../../spaces/index.js";

export interface LatenciesTask {
  readonly space: string;
  /** Architectures wanted; a space may have fewer. */
  readonly count: number;
  readonly seed: number;
  readonly platforms: readonly string[];
}

/** By platform, index-aligned with the architectures. */
export interface PredictedColumns {
  readonly latencyMs: Float64Array;
  readonly lowMs: Float64Array;
  readonly highMs: Float64Array;
  readonly coverage: Float64Array;
}

/** Of the intervals. */
const level = 0.9;
/** Draws of what there was already, in a row of all, after which a space counts as exhausted. Choice. */
const mostMisses = 25_000;

/** Distinct architectures by their encoding, numbers joined by `-`; the same for the same seed. */
export function drawArchitectures<A>(space: Space<A>, count: number, seed: number): Map<string, A> {
  const random = createRandom(`${seed}/latencies/${space.name}`);
  const drawn = new Map<string, A>();
  for (let misses = 0; drawn.size < count && misses < mostMisses; ) {
    const architecture = space.sample(random);
    const code = space.encode(architecture).join("-");
    if (drawn.has(code)) misses++;
    else drawn.set(code, architecture);
  }
  return drawn;
}

/** Platforms with the same key see the same kernels in every architecture. Engines of one file may differ at INT8. */
export const rulesKey = ({ file, name, nchwcBlock, int8, given }: FusionRules): string =>
  `${file.engine} ${nchwcBlock} ${int8 === true ? name : ""} ${given !== undefined}`;

/** @param predictors of the task's platforms, in that order; their rules are the same */
export async function predictTask(
  { space: name, count, seed }: LatenciesTask,
  predictors: readonly PlatformPredictor[],
): Promise<PredictedColumns[]> {
  const space = await loadSpace(name);
  const architectures = [...drawArchitectures(space, count, seed).values()];
  const partsOf = kernelParts(space, predictors[0]!.rules);
  const asked = predictors.map((predictor) => createPartsPredictor(predictor));
  const columns = predictors.map(() => emptyColumns(architectures.length));
  for (let from = 0; from < architectures.length; from += batch) {
    const models = architectures.slice(from, from + batch).map(partsOf);
    for (const [i, predict] of asked.entries()) await predictBatch(models, predict, columns[i]!, from);
  }
  return columns;
}

/** Architectures at a time. Choice: parts of a space that is no chain are not kept for longer. */
const batch = 250;

const emptyColumns = (rows: number): PredictedColumns => ({
  latencyMs: new Float64Array(rows),
  lowMs: new Float64Array(rows),
  highMs: new Float64Array(rows),
  coverage: new Float64Array(rows),
});

async function predictBatch(
  models: readonly ModelParts[],
  predict: PartsPredictor,
  columns: PredictedColumns,
  from: number,
): Promise<void> {
  const predicted = await predict(models, level);
  for (const [i, { latencyMs, lowMs, highMs, flops, uncoveredFlops }] of predicted.entries()) {
    columns.latencyMs[from + i] = latencyMs;
    columns.lowMs[from + i] = lowMs;
    columns.highMs[from + i] = highMs;
    columns.coverage[from + i] = flops === 0 ? 1 : 1 - uncoveredFlops / flops;
  }
}
