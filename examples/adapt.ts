/** A new platform from the pool: this machine's ONNX Runtime, or an engine of your own. */
import { adaptPlatform, type Engine } from "../src/index.js";

export function adapt(platform: string, home = ".litepred", engine?: Engine) {
  return adaptPlatform({
    home,
    platform,
    engine,
    pools: [],
    budget: 60,
    minutes: 3,
    method: "default",
    models: 10,
    protocol: "brief",
    seed: 1,
    exclude: engine && ["cpu/tflite", "cpu/litert", "cpu/ncnn", "cpu/opencv", "int8", "gpu", "web"],
  });
}
