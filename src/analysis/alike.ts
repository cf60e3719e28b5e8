/** Which platforms are alike for a kernel type: the divergence that transfer ranks sources by, between predictors over the same configs. */
import { createRandom, klDivergence } from "../base/index.js";
import { type KernelConfig, projectConfig } from "../kernels/index.js";
import type { KernelPredictor } from "../predictors/index.js";

/** Of each predictor's range. Choices: enough that another seed changes the second digit only. */
const configCount = 80;
const attempts = 2000;
/** With fewer configs in common two platforms are not compared. Choice. */
const fewestInCommon = 10;

/** `[i][j]`: of predictor j from predictor i, in nats; 0 is alike up to speed. NaN where their ranges have hardly a config in common. */
export async function divergences(predictors: readonly KernelPredictor[]): Promise<number[][]> {
  const drawn = predictors.map(configsWithin);
  const all = drawn.flat();
  const latencies = await Promise.all(predictors.map((predictor) => predictor.predict(all)));
  const isKnown = predictors.map((predictor) => all.map((config) => predictor.outOfRange(config) === undefined));
  const places = drawn.map((own, i) => {
    const first = drawn.slice(0, i).reduce((sum, { length }) => sum + length, 0);
    return own.map((_, k) => first + k);
  });
  const between = (i: number, j: number) => {
    const own = i === j ? places[i]! : [...places[i]!, ...places[j]!];
    const common = own.filter((place) => isKnown[i]![place] && isKnown[j]![place]);
    if (common.length < fewestInCommon) return Number.NaN;
    const [p, q] = [i, j].map((k) => common.map((place) => latencies[k]![place]!));
    return klDivergence(p!, q!);
  };
  return predictors.map((_, i) => predictors.map((_, j) => between(i, j)));
}

/** Drawn at random within the range of the predictor. */
function configsWithin(predictor: KernelPredictor): KernelConfig[] {
  const { ranges } = predictor.toState();
  const random = createRandom(`alike/${predictor.type}`);
  const found: KernelConfig[] = [];
  for (let attempt = 0; attempt < attempts && found.length < configCount; attempt++) {
    const drawn = Object.entries(ranges).map(([name, range]): [string, number | string] =>
      "values" in range
        ? [name, random.pick(range.values)]
        : [name, Math.round(range.min * (Math.max(range.max, 1) / Math.max(range.min, 1)) ** random.next())],
    );
    const config = projected(predictor.type, Object.fromEntries(drawn));
    if (config && predictor.outOfRange(config) === undefined) found.push(config);
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
