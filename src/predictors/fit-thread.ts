/** A thread that fits one kernel type after the other (`fit-many.ts`). */
import { answerTasks } from "../base/index.js";
import { fitKernelPredictor, type ThreadedFit } from "./fit-many.js";

answerTasks(async ({ fit, recipe, seed }: ThreadedFit) =>
  (await fitKernelPredictor(undefined, fit, { recipe, seed })).toState(),
);
