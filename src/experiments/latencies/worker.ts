/** A thread that predicts tasks one after the other; it loads the predictors that it meets. */
import { workerData } from "node:worker_threads";
import { answerTasks } from "../../base/index.js";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { type LatenciesTask, predictTask } from "./task.js";

const { home, pools } = workerData as { home: string; pools: readonly string[] };
const pool = openPool(home, pools);
const loaded = new Map<string, PlatformPredictor>();

answerTasks(async (task: LatenciesTask) => {
  const predictors: PlatformPredictor[] = [];
  for (const platform of task.platforms) {
    const predictor = loaded.get(platform) ?? (await loadPlatformPredictor(pool.load(platform), onnxRuntime));
    loaded.set(platform, predictor);
    predictors.push(predictor);
  }
  return predictTask(task, predictors);
});
