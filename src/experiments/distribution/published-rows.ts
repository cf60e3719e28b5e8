/** LitePred's own training rows, in the halves that its authors made, and its histogram. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packagePath } from "../../base/index.js";
import { type KernelConfig, type LooseConfig, normalizeConfig, projectConfig } from "../../kernels/index.js";
import { type ConfigStatistics, pointsOf } from "../../sampling/index.js";
import type { ConfigForm, Halves } from "./halves.js";

/** The authors' files and what they are called here. */
const publishedTypes = { conv: "conv-bn-relu", dwconv: "dwconv-bn-relu", pool: "maxpool" } as const;
export const publishedSource = "LitePred's rows";

/** @param folder of `conv.csv`, `dwconv.csv`, `pool.csv`; what is not there is told in `skipped` */
export function publishedHalves(
  folder = packagePath("..", "shared", "data", "nas-kernel-configs"),
  skipped: string[],
): Halves[] {
  if (!existsSync(folder)) {
    skipped.push(`LitePred's training rows: reference data not found in ${folder}`);
    return [];
  }
  return Object.entries(publishedTypes).flatMap(([name, type]) => {
    const file = join(folder, `${name}.csv`);
    if (existsSync(file)) return halvesOf(type, readFileSync(file, "utf8"));
    skipped.push(`LitePred's ${name} rows: ${file} not found`);
    return [];
  });
}

function halvesOf(type: string, csv: string): Halves {
  const [header, ...lines] = csv.trim().split("\n");
  const columns = header!.split(",");
  const rows = lines.map((line) => {
    const row = Object.fromEntries(line.split(",").map((value, i) => [columns[i]!, value]));
    const weight = Number(row.SCALED_FREQ);
    return { config: configOf(type, row), count: weight, share: weight, isTest: row.CAT === "test" };
  });
  return {
    source: publishedSource,
    type,
    seen: rows.filter(({ isTest }) => !isTest),
    unseen: rows.filter(({ isTest }) => isTest),
    form: publishedForm(type),
    weightOf: ({ share }: ConfigStatistics) => share,
  };
}

const channelsOf = (type: string) => (type === "maxpool" ? "c" : "cin");

function configOf(type: string, row: Readonly<Record<string, string>>): KernelConfig {
  const window = windowOf(Number(row.HW), Number(row.KERNEL_SIZE), Number(row.STRIDES));
  const config: LooseConfig = { ...window, [channelsOf(type)]: Number(row.CIN ?? row.CHANNELS) };
  return normalizeConfig(type, row.COUT === undefined ? config : { ...config, cout: Number(row.COUT) });
}

const windowOf = <T>(hw: T, kernel: T, stride: T) => ({
  ...{ h: hw, w: hw, kernelH: kernel, kernelW: kernel },
  ...{ strideH: stride, strideW: stride },
});

/** The published columns, and the published histogram: windows 1 to 7, strides 1 and 2. */
function publishedForm(type: string): ConfigForm {
  const channels = channelsOf(type);
  return {
    sizes: ["hw", "cin", "cout"],
    encode({ h, [channels]: cin, cout, kernelH, strideH }) {
      const columns = { hw: h!, cin: cin!, kernelSize: kernelH!, stride: strideH! };
      return cout === undefined ? columns : { hw: h!, cin: cin!, cout, kernelSize: kernelH!, stride: strideH! };
    },
    decode({ hw, cin, cout, kernelSize, stride }) {
      const config: LooseConfig = { ...windowOf(hw, kernelSize, stride), [channels]: cin };
      return projectConfig(type, cout === undefined ? config : { ...config, cout });
    },
    points: (configs) =>
      pointsOf(
        configs.map((config) => ({
          hw: config.h as number,
          cin: config[channels] as number,
          kernelSize: config.kernelH as number,
          stride: config.strideH as number,
          weight: 1,
        })),
      ),
  };
}
