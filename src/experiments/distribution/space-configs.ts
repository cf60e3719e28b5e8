/** The kernels of our spaces, in random halves: every type with two sizes that vary. */
import { createRandom } from "../../base/index.js";
import { fusionRules, projectConfig } from "../../kernels/index.js";
import {
  axesOfType,
  type ConfigStatistics,
  collectStatistics,
  observedWeight,
  pointsOfType,
  sizeFields,
} from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import type { ConfigForm, Halves } from "./halves.js";

/** Fewer distinct configs in a half are no distribution; the samplers fall back to the prior there. */
const fewestConfigs = 50;

/** @param types default: all that the spaces have; what is not compared is told in `skipped` */
export async function spaceHalves(types: readonly string[] | undefined, skipped: string[]): Promise<Halves[]> {
  const statistics = collectStatistics({
    spaces: await loadSpaces(),
    rules: fusionRules("onnxruntime", { nchwcBlock: 16 }),
    random: createRandom("1/statistics"),
  });
  const wanted = types ?? Object.keys(statistics.types).sort();
  return wanted.flatMap((type) => {
    const halves = halvesOf(type, statistics.types[type]?.configs ?? []);
    if (typeof halves !== "string") return [halves];
    skipped.push(`${type}: ${halves}`);
    return [];
  });
}

/** Or why there is nothing to compare. */
function halvesOf(type: string, configs: readonly ConfigStatistics[]): Halves | string {
  const order = createRandom(`halves/${type}`).shuffle([...configs]);
  const middle = Math.ceil(order.length / 2);
  const bySize = (a: ConfigStatistics, b: ConfigStatistics) => b.share - a.share;
  const [seen, unseen] = [order.slice(0, middle).sort(bySize), order.slice(middle).sort(bySize)];
  if (unseen.length < fewestConfigs) return `only ${configs.length} distinct configs in the spaces`;
  const form = spaceForm(type, configs);
  return form === undefined
    ? "one size that varies"
    : { source: "our spaces", type, seen, unseen, form, weightOf: observedWeight };
}

/** Configs as the catalogue has them; the two sizes are the first that vary in the spaces. */
function spaceForm(type: string, seen: readonly ConfigStatistics[]): ConfigForm | undefined {
  const axes = axesOfType(
    type,
    seen.map(({ config }) => config),
  );
  if (axes === undefined) return undefined;
  return {
    sizes: sizeFields(type),
    encode: (config) => config,
    decode: (raw) => projectConfig(type, raw),
    points: (configs) => pointsOfType(type, axes, configs),
  };
}
