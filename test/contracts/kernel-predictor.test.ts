import { type RecipeName, recipes, trainKernelPredictor } from "../../src/predictors/index.js";
import { onnxRuntime } from "../../src/runtime/index.js";
import { kernelPredictorContract } from "./kernel-predictor.js";

const userType = { fields: ["hw", "cin"], flops: "hw * hw * cin" };
const types = [
  { type: "relu", configOf: (c: number, size: number) => ({ c, h: size, w: size }) },
  { type: "own-block", userType, configOf: (c: number, size: number) => ({ hw: size, cin: c }) },
];

for (const recipe of Object.keys(recipes) as RecipeName[])
  for (const { configOf, ...type } of types) {
    const rows = Array.from({ length: 30 }, (_, i) => [8 * (1 + (i % 6)), 7 * (1 + Math.floor(i / 6))] as const);
    const set = {
      ...type,
      configs: rows.map(([c, size]) => configOf(c, size)),
      latenciesMs: rows.map(([c, size]) => 0.01 + (c * size * size) / 1e6),
    };
    const make = () => trainKernelPredictor(onnxRuntime, set, { recipe, seed: 1 });
    kernelPredictorContract(`${recipe} of ${type.type}`, make, set.configs);
  }
