/** Predictors from scratch: some kernels of one type are measured on an engine, and a predictor is trained on them. */
import { createSyntheticEngine, openStore, parsePlatformId, profileKernels, protocols, trainPlatform } from "../src/index.js";

export async function train(home: string) {
  const platform = parsePlatformId("box/cpu/synthetic@1/fp32");
  const store = await openStore(home);
  const kernels = Array.from({ length: 40 }, (_, i) => ({
    type: "fc",
    config: { rows: 1, cin: 16 * (1 + i), cout: 64, bias: "yes", activation: "none" },
  }));
  await profileKernels({ store, engine: createSyntheticEngine(), platform, kernels, protocol: protocols.brief });
  await store.close();
  return trainPlatform({ home, platform: "box/cpu/synthetic@1/fp32", recipe: "compact", seed: 1 });
}
