/**
 * Adapting never makes it worse: the predictor that was fitted is held against the best source with a correction of its own, both on
 * networks left out of the correction, and the better one is kept.
 */
import { mean } from "../base/index.js";
import type { FusionRules } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import {
  type Correction,
  createPlatformPredictor,
  type KernelPredictor,
  type KernelPredictorState,
  noCorrection,
  type PlatformPredictor,
} from "../predictors/index.js";
import { correctionBy } from "./network-correction.js";
import type { MeasuredNetwork } from "./types.js";

export interface ComparisonReport {
  /** Mean |ln(measured ÷ predicted)| of networks, each predicted by a correction fitted without it. */
  readonly own: number;
  readonly source: { readonly platform: string; readonly error: number };
  readonly networks: number;
  readonly kept: "own" | "source";
}

export interface Comparison {
  readonly sourceIsBetter: boolean;
  readonly report: ComparisonReport;
  /** For the artefact, where the source is kept. */
  readonly source: {
    readonly kernels: readonly KernelPredictorState[];
    readonly correction: Correction;
    readonly general: readonly number[];
  };
  readonly predictor: Pick<PlatformPredictor, "kernels" | "correction" | "general">;
}

/** Fewer networks cannot tell two predictors apart. Choice. */
const fewestNetworks = 8;
/** A source must be better by this share: what was fitted here knows this machine. Choice. */
const clearly = 0.9;

/** Sources that are looked at. Choice: each takes seconds. */
const mostSources = 3;

/** The target itself as it was, its engine elsewhere, its engine in another version, its device with another engine, then others. */
function mostAlike(sources: readonly PlatformPredictor[], target: string): PlatformPredictor[] {
  const own = parsePlatformId(target);
  const distance = ({ platform }: PlatformPredictor) => {
    const { device, processor, engine, version, precision } = parsePlatformId(platform);
    return (
      (engine === own.engine ? 0 : 8) +
      (processor === own.processor && precision === own.precision ? 0 : 4) +
      (version === own.version ? 0 : 2) +
      (device === own.device ? 0 : 1)
    );
  };
  return [...sources].sort((a, b) => distance(a) - distance(b)).slice(0, mostSources);
}

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

/** @param own what was fitted here. Undefined without sources or with too few networks. */
export async function bestSource(
  sources: readonly PlatformPredictor[],
  target: { readonly platform: string; readonly rules: FusionRules; readonly callMs: number },
  networks: readonly MeasuredNetwork[],
  own: Pick<PlatformPredictor, "kernels" | "correction">,
): Promise<Comparison | undefined> {
  if (networks.length < fewestNetworks || sources.length === 0) return undefined;
  const candidates = [];
  for (const source of mostAlike(sources, target.platform)) {
    const kernels = completed(source.kernels, own.kernels);
    const plain = createPlatformPredictor({ ...source, ...target, kernels, correction: noCorrection });
    const correction = await correctionBy(networks, plain);
    candidates.push({ source: { ...source, kernels }, correction, error: mean(correction.residuals) });
  }
  const best = candidates.reduce((a, b) => (b.error < a.error ? b : a));
  const error = mean(own.correction.residuals);
  const sourceIsBetter = best.error < clearly * error;
  const { kernels, general, platform } = best.source;
  return {
    sourceIsBetter,
    report: {
      own: error,
      source: { platform, error: best.error },
      networks: networks.length,
      kept: sourceIsBetter ? "source" : "own",
    },
    source: { kernels: [...kernels.values()].map((kernel) => kernel.toState()), correction: best.correction, general },
    predictor: { kernels, correction: best.correction, general },
  };
}
