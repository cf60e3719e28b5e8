/** Which platforms are alike for a kernel type: the divergence that transfer ranks sources by, between predictors over the same configs. */
import { createRandom, klDivergence } from "../base/index.js";
import { type KernelConfig, projectConfig } from "../kernels/index.js";
import type { KernelPredictor } from "../predictors/index.js";

/** Choices: enough that another seed changes the second digit only. */
const configCount = 80;
const attempts = 2000;

/** `[i][j]`: of predictor j from predictor i, in nats; 0 is alike up to speed. NaN where their ranges have no config in common. */
export async function divergences(predictors: readonly KernelPredictor[]): Promise<number[][]> {
  const configs = commonConfigs(predictors);
  const latencies = await Promise.all(predictors.map((predictor) => predictor.predict(configs)));
  return latencies.map((p) => latencies.map((q) => (configs.length === 0 ? Number.NaN : klDivergence(p, q))));
}

/** Drawn at random within the range of the first predictor, kept where it is within all the others' too. */
function commonConfigs(predictors: readonly KernelPredictor[]): KernelConfig[] {
  const [first] = predictors;
  if (first === undefined) return [];
  const { ranges } = first.toState();
  const random = createRandom(`alike/${first.type}`);
  const found: KernelConfig[] = [];
  for (let attempt = 0; attempt < attempts && found.length < configCount; attempt++) {
    const drawn = Object.entries(ranges).map(([name, range]): [string, number | string] =>
      "values" in range
        ? [name, random.pick(range.values)]
        : [name, Math.round(range.min * (Math.max(range.max, 1) / Math.max(range.min, 1)) ** random.next())],
    );
    const config = projected(first.type, Object.fromEntries(drawn));
    if (config && predictors.every((predictor) => predictor.outOfRange(config) === undefined)) found.push(config);
  }
  return found;
}

function projected(type: string, config: KernelConfig): KernelConfig | undefined {
  try {
    return projectConfig(type, config);
  } catch {
    return undefined;
  }
}
