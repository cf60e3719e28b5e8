/** A thread that fits one kernel type after the other (`fit-many.ts`). */
import { parentPort } from "node:worker_threads";
import { fitKernelPredictor, type ThreadedFit } from "./fit-many.js";

parentPort?.on("message", async ({ fit, recipe, seed }: ThreadedFit) => {
  const fitted = await fitKernelPredictor(undefined, fit, { recipe, seed });
  parentPort!.postMessage(fitted.toState());
});
