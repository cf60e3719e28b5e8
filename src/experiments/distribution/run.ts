/**
 * `litepred evaluate distribution`: configs of each sampler beside real ones that it has never seen. First LitePred's own
 * training rows, in the halves that its authors made; then the kernels of our spaces, every type with two sizes that vary.
 * Runs are kept as they end, and the same call goes on.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, packagePath, type Random, readKept, saveWhole } from "../../base/index.js";
import {
  type FusionRules,
  fusionRules,
  type KernelConfig,
  type LooseConfig,
  normalizeConfig,
  projectConfig,
} from "../../kernels/index.js";
import {
  axesOfType,
  type ConfigStatistics,
  collectStatistics,
  cumulated,
  indexAt,
  loadSampler,
  observedWeight,
  pointsOf,
  pointsOfType,
  sizeFields,
  type TypeStatistics,
  trainConfigVae,
  type VaeVariant,
  type WeightedPoint,
} from "../../sampling/index.js";
import { loadSpaces } from "../../spaces/index.js";
import {
  compareDistributions,
  type DistributionCell,
  type DistributionRun,
  renderDistributionTables,
  summariseDistributions,
} from "./experiment.js";

export interface EvaluateDistributionRequest {
  readonly home: string;
  /** Folder of `conv.csv`, `dwconv.csv`, `pool.csv`; default: beside the project, skipped where absent. */
  readonly rows?: string;
  readonly seeds: number;
  /** Seeds for the types of our spaces other than convolutions. */
  readonly otherSeeds: number;
  /** Kernel types of our spaces; default: all with two sizes that vary. */
  readonly types?: readonly string[];
  readonly samplers?: readonly string[];
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number, note: string): void;
}

export interface DistributionReport {
  readonly runs: readonly DistributionRun[];
  readonly cells: readonly DistributionCell[];
  /** What was not compared, and why. */
  readonly skipped: readonly string[];
}

/** Configs in two halves. */
interface Halves {
  readonly source: string;
  readonly type: string;
  readonly seen: readonly ConfigStatistics[];
  readonly unseen: readonly ConfigStatistics[];
  /** What the VAEs are given for a config, and how it comes back. */
  readonly form: ConfigForm;
  /** How much a config weighs in both halves and in the training of the VAEs. */
  readonly weightOf: (entry: ConfigStatistics) => number;
}

/** A set of configs, as the VAEs and the histograms see it. */
interface ConfigForm {
  readonly sizes: readonly string[];
  encode(config: KernelConfig): KernelConfig;
  /** Drawn by a VAE: raw. */
  decode(raw: LooseConfig): KernelConfig;
  /** Points of equal weights, all of the same two sizes; undefined where fewer than two vary. */
  points(configs: readonly KernelConfig[]): WeightedPoint[] | undefined;
}

/** As in the published notebook. */
const drawnCount = 3000;
const architecturesPerSpace = 40;
/** Fewer distinct configs in a half are no distribution; the samplers fall back to the prior there. */
const fewestConfigs = 50;

/** `real` draws seen configs by their weight: what a sampler without any error would give. */
export const distributionSamplers: readonly string[] = [
  "real",
  "vae-ordinal",
  "vae",
  "prior",
  "marginals",
  "adaptive",
  "random",
];

export async function evaluateDistribution(request: EvaluateDistributionRequest): Promise<DistributionReport> {
  const { samplers = distributionSamplers, seeds, otherSeeds } = request;
  const skipped: string[] = [];
  const halves = [...publishedHalves(request, skipped), ...(await spaceHalves(request, skipped))];
  const plans = halves.flatMap((half) => {
    const many = half.type.includes("conv") ? seeds : otherSeeds;
    return samplers.flatMap((sampler) => Array.from({ length: many }, (_, i) => ({ half, sampler, seed: i + 1 })));
  });
  const file = join(request.home, "experiments", "distribution", "runs.json");
  const kept = (readKept(file) ?? []) as DistributionRun[];
  const runs: DistributionRun[] = [];
  for (const [i, { half, sampler, seed }] of plans.entries()) {
    request.onProgress?.(i, plans.length, `${half.type} by ${sampler}`);
    let run = kept.find((one) => isRun(one, half, sampler, seed));
    if (run === undefined) {
      run = await runOnce(half, sampler, seed, request.signal);
      kept.push(run);
      saveWhole(file, JSON.stringify(kept));
    }
    runs.push(run);
  }
  return { runs, cells: summariseDistributions(runs), skipped };
}

const isRun = (run: DistributionRun, { source, type, seen, unseen }: Halves, sampler: string, seed: number) =>
  run.source === source &&
  run.type === type &&
  run.sampler === sampler &&
  run.seed === seed &&
  run.seen === seen.length &&
  run.unseen === unseen.length;

async function runOnce(half: Halves, sampler: string, seed: number, signal?: AbortSignal): Promise<DistributionRun> {
  const before = process.cpuUsage();
  const configs = await drawConfigs(half, sampler, seed, signal);
  const { user, system } = process.cpuUsage(before);
  const { type, source, seen, unseen, weightOf } = half;
  const reference = weighted(half.form, unseen, weightOf);
  const drawn = weighted(half.form, configs.map(asStatistics), () => 1);
  return {
    source,
    type,
    sampler,
    seed,
    seen: seen.length,
    unseen: unseen.length,
    ...compareDistributions(reference, drawn),
    cpuSeconds: (user + system) / 1e6,
  };
}

const asStatistics = (config: KernelConfig): ConfigStatistics => ({ config, count: 1, share: 1 });

/** Shares are of all configs, those that the histogram leaves out included. */
function weighted(
  form: ConfigForm,
  entries: readonly ConfigStatistics[],
  weightOf: Halves["weightOf"],
): WeightedPoint[] {
  const total = entries.reduce((sum, entry) => sum + weightOf(entry), 0);
  return entries.flatMap((entry) =>
    form.points([entry.config])!.map((point) => ({ ...point, weight: weightOf(entry) / total })),
  );
}

async function drawConfigs(
  { type, seen, form, weightOf }: Halves,
  sampler: string,
  seed: number,
  signal?: AbortSignal,
): Promise<readonly KernelConfig[]> {
  if (sampler === "real") return drawReal(seen, weightOf, createRandom(`${seed}/real`));
  const stop = signal ? { signal } : {};
  const statistics: TypeStatistics = { type, configs: seen, count: seen.length, costShare: 1 };
  const variant = ({ vae: "published", "vae-ordinal": "ordinal" } as Record<string, VaeVariant | undefined>)[sampler];
  if (variant === undefined)
    return (await (await loadSampler(sampler)).sample({ type, count: drawnCount, seed, statistics, ...stop })).configs;
  const configs = seen.map(({ config }) => form.encode(config));
  const observations = { configs, weights: seen.map(weightOf), sizes: form.sizes };
  const vae = await trainConfigVae(observations, variant, { seed, ...stop });
  const raw = await vae.draw(drawnCount);
  await vae.release();
  return raw.map(form.decode);
}

function drawReal(
  seen: readonly ConfigStatistics[],
  weightOf: Halves["weightOf"],
  random: Random,
): readonly KernelConfig[] {
  const sums = cumulated(seen.map(weightOf));
  return Array.from({ length: drawnCount }, () => seen[indexAt(sums, random.next())]!.config);
}

const publishedTypes = { conv: "conv-bn-relu", dwconv: "dwconv-bn-relu", pool: "maxpool" } as const;

function publishedHalves({ rows }: EvaluateDistributionRequest, skipped: string[]): Halves[] {
  const folder = rows ?? packagePath("..", "shared", "data", "nas-kernel-configs");
  if (!existsSync(folder)) {
    skipped.push(`LitePred's training rows: reference data not found in ${folder}`);
    return [];
  }
  return Object.entries(publishedTypes).flatMap(([name, type]) => {
    const file = join(folder, `${name}.csv`);
    if (!existsSync(file)) {
      skipped.push(`LitePred's ${name} rows: ${file} not found`);
      return [];
    }
    const [header, ...lines] = readFileSync(file, "utf8").trim().split("\n");
    const columns = header!.split(",");
    const parsed = lines.map((line) => {
      const row = Object.fromEntries(line.split(",").map((value, i) => [columns[i]!, value]));
      const weight = Number(row.SCALED_FREQ);
      return { config: configOf(type, row), count: weight, share: weight, test: row.CAT === "test" };
    });
    const half = (test: boolean) => parsed.filter((row) => row.test === test);
    const weightOf = ({ share }: ConfigStatistics) => share;
    return [
      { source: "LitePred's rows", type, seen: half(false), unseen: half(true), form: publishedForm(type), weightOf },
    ];
  });
}

function configOf(type: string, row: Readonly<Record<string, string>>): KernelConfig {
  const [hw, kernel, stride] = [Number(row.HW), Number(row.KERNEL_SIZE), Number(row.STRIDES)];
  const window = { h: hw, w: hw, kernelH: kernel, kernelW: kernel, strideH: stride, strideW: stride };
  const config: LooseConfig = { ...window, [type === "maxpool" ? "c" : "cin"]: Number(row.CIN ?? row.CHANNELS) };
  return normalizeConfig(type, row.COUT === undefined ? config : { ...config, cout: Number(row.COUT) });
}

/** The published columns, and the published histogram: windows 1 to 7, strides 1 and 2. */
function publishedForm(type: string): ConfigForm {
  const channels = type === "maxpool" ? "c" : "cin";
  return {
    sizes: ["hw", "cin", "cout"],
    encode: (config) => ({
      hw: config.h!,
      cin: config[channels]!,
      ...(config.cout === undefined ? {} : { cout: config.cout }),
      kernelSize: config.kernelH!,
      stride: config.strideH!,
    }),
    decode: ({ hw, cin, cout, kernelSize, stride }) =>
      projectConfig(type, {
        h: hw,
        w: hw,
        [channels]: cin,
        ...(cout === undefined ? {} : { cout }),
        kernelH: kernelSize,
        kernelW: kernelSize,
        strideH: stride,
        strideW: stride,
      }),
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

async function spaceHalves(request: EvaluateDistributionRequest, skipped: string[]): Promise<Halves[]> {
  const random = createRandom("1/statistics");
  const rules: FusionRules = fusionRules("onnxruntime", { nchwcBlock: 16 });
  const statistics = collectStatistics({ spaces: await loadSpaces(), rules, architecturesPerSpace, random });
  const wanted = request.types ?? Object.keys(statistics.types).sort();
  return wanted.flatMap((type) => {
    const configs = statistics.types[type]?.configs ?? [];
    const order = createRandom(`halves/${type}`).shuffle([...configs]);
    const middle = Math.ceil(order.length / 2);
    const bySize = (a: ConfigStatistics, b: ConfigStatistics) => b.share - a.share;
    const [seen, unseen] = [order.slice(0, middle).sort(bySize), order.slice(middle).sort(bySize)];
    const form = spaceForm(type, configs);
    if (unseen.length < fewestConfigs) skipped.push(`${type}: only ${configs.length} distinct configs in the spaces`);
    else if (form === undefined) skipped.push(`${type}: one size that varies`);
    else return [{ source: "our spaces", type, seen, unseen, form, weightOf: observedWeight }];
    return [];
  });
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

/** Published by LitePred's notebook for its conv VAE. */
const publishedFigures = { missed: 0.0125, invented: 0.0367 };

/** Markdown of a report, for docs/results. */
export function renderDistributionReport({ cells, skipped }: DistributionReport): string {
  const own = cells.filter(({ source, sampler }) => source === "LitePred's rows" && sampler.startsWith("vae"));
  const verdicts = own.map(({ type, sampler, missed, invented }) => {
    const met = missed <= publishedFigures.missed && invented <= publishedFigures.invented;
    return `* ${type}, ${sampler}: ${missed.toFixed(4)} and ${invented.toFixed(4)}: ${met ? "within" : "**above**"} the published ${publishedFigures.missed} and ${publishedFigures.invented}.`;
  });
  return [
    "# Do drawn configs follow those of real networks?",
    "",
    `Made by \`litepred evaluate distribution\` on ${new Date().toISOString().slice(0, 10)}. Configs are split into two halves; samplers see one, and ${drawnCount} drawn`,
    "configs are compared with the other: Kullback-Leibler divergence of smoothed histograms of two log sizes (image × channels, where the type",
    "has them), one for each window, stride and choice, as in LitePred's public code, in nats; 0 is best, and smoothing can push it a few thousandths below.",
    "`real` draws seen configs by their weight, the floor: no sampler that learns from that half can be expected to come below by more than noise.",
    "`vae` is the published architecture, `vae-ordinal` ours: both as trained, duplicates included. The others give distinct configs, which alone",
    "keeps them from following a skewed distribution: `prior` real configs, half of them moved; `marginals` nn-Meter's prior; `adaptive`",
    "nn-Meter's rounds (errors replaced by sparsity, as nothing is measured here).",
    "",
    ...verdicts,
    "",
    renderDistributionTables(cells),
    "",
    ...(skipped.length > 0 ? ["Not compared:", "", ...skipped.map((line) => `* ${line}`), ""] : []),
  ].join("\n");
}
