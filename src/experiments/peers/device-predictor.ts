/** What a device of the pool would take for any architecture, learned from those that were measured on it. */
import type { ComputeBackend } from "../../base/index.js";
import { createLearner, type Matrix, type TrainedModel, trainGaussianProcess } from "../../learning/index.js";
import type { ArchitectureType } from "./architecture-type.js";
import { latenciesOf, type PeerTask } from "./task.js";

/** Up to so many rows, the exact process is better than a network. Choice. */
const rowsForProcess = 1000;
/** Length scales of some forty columns do not need more. Choice. */
const process = { fitRows: 150, iterations: 30, seed: 0 };

/** ms of every architecture of the space. */
export async function predictDevice(
  backend: ComputeBackend,
  task: PeerTask,
  { features }: ArchitectureType,
  device: string,
  signal?: AbortSignal,
): Promise<number[]> {
  const x = matrixOf(task.pool.map((row) => features[row]!));
  const model = await trainOn(backend, x, latenciesOf(task, device, task.pool), signal);
  const predicted = await model.predict(matrixOf(features));
  await model.release();
  return Array.from(predicted);
}

const matrixOf = (rows: readonly (readonly number[])[]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

async function trainOn(
  backend: ComputeBackend,
  x: Matrix,
  latenciesMs: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Pick<TrainedModel, "predict" | "release">> {
  if (x.rows > rowsForProcess)
    return (await createLearner("resmlp", backend)).train({ x, y: latenciesMs }, { seed: 0, signal });
  const model = trainGaussianProcess(x, latenciesMs.map(Math.log), { ...process, ...(signal && { signal }) });
  return {
    predict: async (wanted) => (await model.predict(wanted)).map(Math.exp),
    release: () => model.release(),
  };
}
