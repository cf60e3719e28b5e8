/** A thread that predicts tasks one after the other; it loads the predictors that it meets. */
import { parentPort, workerData } from "node:worker_threads";
import { openPool } from "../../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../../predictors/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { type LatenciesTask, predictTask } from "./task.js";

const { home, pools } = workerData as { home: string; pools: readonly string[] };
const pool = openPool(home, pools);
const loaded = new Map<string, PlatformPredictor>();

parentPort?.on("message", async (task: LatenciesTask) => {
  const predictors: PlatformPredictor[] = [];
  for (const platform of task.platforms) {
    const predictor = loaded.get(platform) ?? (await loadPlatformPredictor(pool.load(platform), onnxRuntime));
    loaded.set(platform, predictor);
    predictors.push(predictor);
  }
  parentPort!.postMessage(await predictTask(task, predictors));
});
