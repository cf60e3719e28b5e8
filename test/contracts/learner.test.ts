import { createLearner, type Learner, loadModel, mlp16, trainNetwork } from "../../src/learning/index.js";
import { onnxRuntime } from "../../src/runtime/index.js";
import { learnerContract } from "./learner.js";

const load = (state: Parameters<typeof loadModel>[0]) => loadModel(state, onnxRuntime);

learnerContract({ name: "resmlp", create: () => createLearner("resmlp", onnxRuntime), load, error: 0.05 });
learnerContract({
  name: "gaussian-process",
  create: () => createLearner("gaussian-process", onnxRuntime),
  load,
  error: 0.05,
});
learnerContract({ name: "ridge", create: () => createLearner("ridge", onnxRuntime), load, error: 0.05 });
learnerContract({ name: "boosted-trees", create: () => createLearner("boosted-trees", onnxRuntime), load, error: 0.1 });

/** All of the published net but its 350 epochs. */
const shortMlp16: Learner = {
  name: "mlp16",
  train: (set, options) => trainNetwork(onnxRuntime, set, { ...mlp16, epochs: 20, ...options }),
};
learnerContract({ name: "mlp16, shortened", create: async () => shortMlp16, load, error: 0.3 });
