/**
 * A predictor of one recorded table, for configs that the table lacks: the default network on the table's columns. Used only
 * where a pool and a target were measured on different configs.
 */
import type { ComputeBackend } from "../../base/index.js";
import type { KernelConfig, KernelType } from "../../kernels/index.js";
import { createLearner, type LearnerName, type LearnerState, loadModel, type Matrix } from "../../learning/index.js";
import { beside, fitConfigColumns, type MeasuredTable, type TableFit } from "../../transfer/index.js";

/** Trains, or gives back what was trained before under this name. */
export type KeepTrained = (name: string, train: () => Promise<LearnerState>) => Promise<LearnerState>;

/** A network needs rows; between the two the exact process is better; a dozen rows carry a straight line. Choice. */
const rowsForNetwork = 400;
const rowsForProcess = 20;
/** Thrice the default: 2–5 % less error on GPU tables, seconds once for each table. */
const networkEpochs = 120;

export async function fitTable(
  backend: ComputeBackend,
  type: KernelType,
  table: MeasuredTable,
  keep: KeepTrained,
  signal?: AbortSignal,
): Promise<TableFit> {
  const encode = fitConfigColumns(type, table.configs);
  const rows = table.configs.length;
  const name: LearnerName = rows >= rowsForNetwork ? "resmlp" : rows >= rowsForProcess ? "gaussian-process" : "ridge";
  // The network learns the logarithm by itself; the others are given it.
  const takesLogs = name !== "resmlp";
  const state = await keep(`table-${name}/${networkEpochs}`, async () => {
    const learner = await createLearner(name, backend);
    const y = takesLogs ? table.latenciesMs.map(Math.log) : table.latenciesMs;
    const model = await learner.train(
      { x: columnsOf(encode(table.configs)), y },
      { seed: 0, signal, ...(name === "resmlp" && { epochs: networkEpochs }) },
    );
    const trained = model.toState();
    await model.release();
    return trained;
  });
  const model = await loadModel(state, backend);
  return async (configs: readonly KernelConfig[]) => {
    const predicted = await model.predict(columnsOf(encode(configs)));
    return takesLogs ? predicted.map(Math.exp) : predicted;
  };
}

function columnsOf({ smooth, tiles }: ReturnType<ReturnType<typeof fitConfigColumns>>): Matrix {
  return beside(smooth, tiles);
}
