/**
 * Adapting never makes it worse: the predictor that was fitted is held against the best source, and against both together, each with a
 * correction of its own, on networks left out of the correction; the best is kept. Of `npm start` on a busy Xeon that the pool had, both
 * together were best: 3.2 % of the networks' time against 3.3 and 4.0 %, 2.4 % of the examples' against 2.8 and 3.7 %.
 */
import { mean } from "../base/index.js";
import type { FusionRules } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import {
  blendKernelPredictors,
  createPlatformPredictor,
  type KernelPredictor,
  noCorrection,
  type PlatformPredictor,
} from "../predictors/index.js";
import { correctionBy } from "./network-correction.js";
import type { MeasuredNetwork } from "./types.js";

export interface ComparisonReport {
  /** Mean |ln(measured ÷ predicted)| of networks, each predicted by a correction fitted without it. */
  readonly own: number;
  readonly source: { readonly platform: string; readonly error: number };
  /** Of what was fitted here together with a source of a like platform, the best such pair; of what was fitted here where there is none. */
  readonly both: number;
  readonly networks: number;
  readonly kept: "own" | "source" | "both";
}

type Predictors = Pick<PlatformPredictor, "kernels" | "correction" | "general">;

/** With its mean error on the networks. */
type Fitted = Predictors & { readonly error: number };

export interface Comparison extends Predictors {
  readonly report: ComparisonReport;
}

/** Fewer networks cannot tell two predictors apart. Choice. */
const fewestNetworks = 8;
/** A source alone must be better by this share: what was fitted here knows this machine. Choice. */
const clearly = 0.9;

/** Sources that are looked at. Choice: each takes seconds. */
const mostSources = 3;

/** Another processor or precision, or another engine, counts so much: code or numbers are others there. */
const otherEngine = 8;
const otherNumbers = 4;

/** The target itself as it was, its engine elsewhere, its engine in another version, its device with another engine, then others. */
function distanceOf(source: string, target: string): number {
  const [a, b] = [parsePlatformId(source), parsePlatformId(target)];
  return (
    (a.engine === b.engine ? 0 : otherEngine) +
    (a.processor === b.processor && a.precision === b.precision ? 0 : otherNumbers) +
    (a.version === b.version ? 0 : 2) +
    (a.device === b.device ? 0 : 1)
  );
}

const mostAlike = (sources: readonly PlatformPredictor[], target: string): PlatformPredictor[] =>
  [...sources].sort((a, b) => distanceOf(a.platform, target) - distanceOf(b.platform, target)).slice(0, mostSources);

/** Code and numbers are the same there: only so do two predictors speak of the same thing. */
const isLike = (source: string, target: string): boolean => distanceOf(source, target) < otherNumbers;

/** What was measured here with so many times the configs replaces what the source knows of a kernel type. Choice. */
const betterSampled = 2;

/** The source's predictors, and those fitted here of kernel types that it lacks or knows far less of. */
export function completed(
  source: ReadonlyMap<string, KernelPredictor>,
  own: ReadonlyMap<string, KernelPredictor>,
): ReadonlyMap<string, KernelPredictor> {
  const added = [...own].filter(([type, { samples }]) => samples >= betterSampled * (source.get(type)?.samples ?? 0));
  return new Map([...source, ...added]);
}

/** Own and source, where either knows about as much of a kernel type as the other. A blend is no part of another. */
export function blended(
  source: ReadonlyMap<string, KernelPredictor>,
  own: ReadonlyMap<string, KernelPredictor>,
): ReadonlyMap<string, KernelPredictor> {
  const pairs = [...completed(source, own)].map(([type, kernel]): [string, KernelPredictor] => {
    const [here, there] = [own.get(type), source.get(type)];
    if (here === undefined || there === undefined || kernel === here) return [type, kernel];
    const isFar = there.samples > betterSampled ** 2 * here.samples;
    return [type, isFar || there.toState().blended !== undefined ? there : blendKernelPredictors(here, there)];
  });
  return new Map(pairs);
}

/**
 * Networks say nothing of kernel types that they lack (recurrent layers, integers, language models), of which few are measured here: these are
 * taken from the pair with the likest source. Of 33 odd models 28 were as they should be with what was fitted here alone, 31 with the source.
 */
export function withUnseen(
  own: Predictors,
  pair: Pick<Predictors, "kernels"> | undefined,
  networks: readonly MeasuredNetwork[],
): Predictors {
  const seen = new Set(networks.flatMap(({ detection }) => detection.kernels.map(({ type }) => type)));
  const unseen = [...(pair?.kernels ?? [])].filter(([type]) => !seen.has(type));
  return { ...own, kernels: new Map([...own.kernels, ...unseen]) };
}

/** @param own what was fitted here. Undefined without sources or with too few networks. */
export async function bestSource(
  sources: readonly PlatformPredictor[],
  target: { readonly platform: string; readonly rules: FusionRules; readonly callMs: number },
  networks: readonly MeasuredNetwork[],
  own: Predictors,
): Promise<Comparison | undefined> {
  if (networks.length < fewestNetworks || sources.length === 0) return undefined;
  const corrected = async (kernels: Predictors["kernels"], general: readonly number[]): Promise<Fitted> => {
    const plain = createPlatformPredictor({ ...target, kernels, general, correction: noCorrection });
    const correction = await correctionBy(networks, plain);
    return { kernels, general, correction, error: mean(correction.residuals) };
  };
  const candidates: { platform: string; alone: Fitted; both: Fitted | undefined }[] = [];
  for (const { platform, kernels, general } of mostAlike(sources, target.platform)) {
    const alone = await corrected(completed(kernels, own.kernels), general);
    const isPair = isLike(platform, target.platform);
    const both = isPair ? await corrected(blended(kernels, own.kernels), own.general) : undefined;
    candidates.push({ platform, alone, both });
  }
  const { platform, alone: source } = candidates.reduce((a, b) => (b.alone.error < a.alone.error ? b : a));
  const pairs = candidates.flatMap(({ both }) => both ?? []);
  const error = mean(own.correction.residuals);
  const both = pairs.reduce<Fitted>((a, b) => (b.error < a.error ? b : a), { ...own, error });
  const isBetter = source.error < clearly * both.error;
  const kept = isBetter ? "source" : both.error < error ? "both" : "own";
  const { kernels, correction, general } = { own: withUnseen(own, pairs[0], networks), source, both }[kept];
  const report = {
    own: error,
    source: { platform, error: source.error },
    both: both.error,
    networks: networks.length,
    kept,
  } as const;
  return { kernels, correction, general, report };
}
