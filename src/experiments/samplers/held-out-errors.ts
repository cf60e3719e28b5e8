/** What the adaptive sampler goes by: errors of trees that have not seen the config (nn-Meter's predictors are forests). */
import { type ComputeBackend, createRandom, leaveOutFolds, relativeError } from "../../base/index.js";
import { extractFeatures, featureNames, type KernelConfig } from "../../kernels/index.js";
import { createLearner, type Matrix } from "../../learning/index.js";

const folds = 5;
const fewestRows = 20;

/** Index-aligned with the configs; 0 where `latenciesMs` has nothing. */
export async function heldOutErrors(
  type: string,
  configs: readonly KernelConfig[],
  latenciesMs: readonly (number | undefined)[],
  { backend, seed }: { readonly backend: ComputeBackend; readonly seed: number },
): Promise<number[]> {
  const errors = configs.map(() => 0);
  const measured = configs.map((_, i) => i).filter((i) => latenciesMs[i] !== undefined);
  if (measured.length < fewestRows) return errors;
  const order = createRandom(`${seed}/adaptive-errors`).shuffle(measured);
  const learner = await createLearner("boosted-trees", backend);
  const rowsOf = (rows: readonly number[]) =>
    featureRows(
      type,
      rows.map((row) => configs[row]!),
    );
  const latencyOf = (row: number) => latenciesMs[row]!;
  for (const { kept, left } of leaveOutFolds(order, folds)) {
    const model = await learner.train({ x: rowsOf(kept), y: kept.map(latencyOf) }, { seed, target: "log" });
    const predicted = await model.predict(rowsOf(left));
    for (const [i, row] of left.entries()) errors[row] = relativeError(predicted[i]!, latencyOf(row));
    await model.release();
  }
  return errors;
}

function featureRows(type: string, configs: readonly KernelConfig[]): Matrix {
  const columns = featureNames(type, "derived").length;
  return { rows: configs.length, columns, values: extractFeatures(type, configs, "derived") };
}
