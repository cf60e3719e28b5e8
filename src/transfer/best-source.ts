/**
 * Adapting never makes it worse: the predictor that was fitted is held against the best source, and against both together, each with a
 * correction of its own, on networks left out of the correction; the best is kept. Of `npm start` on a busy Xeon that the pool had, both
 * together were best: 3.2 % of the networks' time against 3.3 and 4.0 %, 2.4 % of the examples' against 2.8 and 3.7 %.
 */
import { isBetterBeyondLuck, mean } from "../base/index.js";
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
  /** Of what was fitted here together with sources of like platforms; of what was fitted here where there are none. */
  readonly both: number;
  readonly networks: number;
  readonly kept: "own" | "source" | "both";
}

type Predictors = Pick<PlatformPredictor, "kernels" | "correction" | "general">;

/** With |ln(measured ÷ predicted)| of each network under a correction without it. */
export type Fitted = Predictors & { readonly errors: readonly number[] };

export interface Comparison extends Predictors {
  readonly report: ComparisonReport;
}

/** Fewer networks cannot tell two predictors apart. Choice. */
const fewestNetworks = 8;
/** Of sources that are blended: so many times the error of the best of them, and of what was fitted here. Chosen on four runs on an EPYC. */
const aboutAsGood = 1.4;
const farWorse = 2;

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

/** Whether what was fitted here knows far more of a kernel type than the source, which may lack it. */
const replaces = (here: KernelPredictor, there: KernelPredictor | undefined): boolean =>
  here.samples >= betterSampled * (there?.samples ?? 0);

/** The source's predictors, and those fitted here of kernel types that it lacks or knows far less of. */
export function completed(
  source: ReadonlyMap<string, KernelPredictor>,
  own: ReadonlyMap<string, KernelPredictor>,
): ReadonlyMap<string, KernelPredictor> {
  const added = [...own].filter(([type, here]) => replaces(here, source.get(type)));
  return new Map([...source, ...added]);
}

/** Own and sources, the likest first, where either knows about as much of a kernel type as the other. A blend is no part of another. */
export function blended(
  sources: readonly ReadonlyMap<string, KernelPredictor>[],
  own: ReadonlyMap<string, KernelPredictor>,
): ReadonlyMap<string, KernelPredictor> {
  const pairs = [...completed(sources[0]!, own)].map(([type, kernel]): [string, KernelPredictor] => {
    const here = own.get(type);
    const there = sources[0]!.get(type);
    if (here === undefined || there === undefined || kernel === here) return [type, kernel];
    const isFar = ({ samples }: KernelPredictor) => samples > betterSampled ** 2 * here.samples;
    const isWhole = (part: KernelPredictor) => part.toState().blended === undefined;
    if (isFar(there) || !isWhole(there)) return [type, there];
    const parts = sources.flatMap((source) => source.get(type) ?? []);
    const equals = parts.filter((part) => isWhole(part) && !isFar(part) && betterSampled * part.samples > here.samples);
    return [type, blendKernelPredictors(here, equals)];
  });
  return new Map(pairs);
}

/**
 * Networks say nothing of kernel types that they lack (recurrent layers, integers, language models), of which few are measured here: these are
 * taken from what is blended with sources of like platforms. Of 33 odd models 28 were as they should be with what was fitted here alone, 31 with the source.
 */
export function withUnseen(
  own: Predictors,
  together: Pick<Predictors, "kernels"> | undefined,
  networks: readonly MeasuredNetwork[],
): Predictors {
  const seen = new Set(networks.flatMap(({ detection }) => detection.kernels.map(({ type }) => type)));
  const unseen = [...(together?.kernels ?? [])].filter(([type]) => !seen.has(type));
  return { ...own, kernels: new Map([...own.kernels, ...unseen]) };
}

interface Candidate {
  readonly platform: string;
  readonly source: ReadonlyMap<string, KernelPredictor>;
  /** With what was fitted here where it knows far less, and a correction. */
  readonly alone: Fitted;
}

/** Of most kernel types it knows enough not to be replaced by what was fitted here: else it does as well as that, and says nothing. */
function contributes(source: Candidate["source"], own: Candidate["source"]): boolean {
  const kept = [...own].filter(([type, here]) => !replaces(here, source.get(type)));
  return 2 * kept.length > own.size;
}

/**
 * Who is blended with what was fitted here, the likest first: like platforms that do about as well by themselves as the best of them, and not
 * far worse than what was fitted here. Which pair does best on two dozen networks is luck: of four `npm start` on an EPYC the pair with a Xeon
 * (8 to 9 % by itself, its like 5) was taken in three, and examples were 3.9 % off (one common factor aside); by these rules 2.5 %.
 */
function partners(candidates: readonly Candidate[], target: string, ownError: number): readonly Candidate[] {
  const like = candidates.filter(({ platform }) => isLike(platform, target));
  const best = Math.min(...like.map(({ alone }) => mean(alone.errors)));
  return like.filter(({ alone }) => mean(alone.errors) <= Math.min(aboutAsGood * best, farWorse * ownError));
}

/** @param own what was fitted here. Undefined without sources that say more than it, or with too few networks. */
export async function bestSource(
  sources: readonly PlatformPredictor[],
  target: { readonly platform: string; readonly rules: FusionRules; readonly callMs: number },
  networks: readonly MeasuredNetwork[],
  own: Fitted,
): Promise<Comparison | undefined> {
  if (networks.length < fewestNetworks || sources.length === 0) return undefined;
  const corrected = async (kernels: Predictors["kernels"], general: readonly number[]): Promise<Fitted> => {
    const plain = createPlatformPredictor({ ...target, kernels, general, correction: noCorrection });
    return { kernels, general, ...(await correctionBy(networks, plain)) };
  };
  const candidates: Candidate[] = [];
  const telling = sources.filter(({ kernels }) => contributes(kernels, own.kernels));
  if (telling.length === 0) return undefined;
  for (const { platform, kernels, general } of mostAlike(telling, target.platform))
    candidates.push({ platform, source: kernels, alone: await corrected(completed(kernels, own.kernels), general) });
  const { platform, alone: source } = candidates.reduce((a, b) =>
    mean(b.alone.errors) < mean(a.alone.errors) ? b : a,
  );
  const error = mean(own.errors);
  const parts = partners(candidates, target.platform, error).map((partner) => partner.source);
  const together = parts.length > 0 ? await corrected(blended(parts, own.kernels), own.general) : undefined;
  const isTogether = together !== undefined && !isBetterBeyondLuck(own.errors, together.errors);
  const best = isTogether ? together : { ...withUnseen(own, together, networks), errors: own.errors };
  const isSource = isBetterBeyondLuck(source.errors, best.errors);
  const { kernels, correction, general } = isSource ? source : best;
  const report = {
    own: error,
    source: { platform, error: mean(source.errors) },
    both: mean((together ?? own).errors),
    networks: networks.length,
    kept: isSource ? "source" : isTogether ? "both" : "own",
  } as const;
  return { kernels, correction, general, report };
}
