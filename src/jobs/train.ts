/** Measurements of a platform → its predictors in the pool. */
import { conformalQuantile, getOrCreate, LitepredError, packageVersion } from "../base/index.js";
import { type Detection, kernelTypeNames } from "../kernels/index.js";
import { type Measurement, openStore } from "../measurements/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { openPool } from "../pool/index.js";
import {
  type Correction,
  createPlatformPredictor,
  fitCorrection,
  fitGeneralRoofline,
  noCorrection,
  type RecipeName,
  recipes,
  trainKernelPredictor,
} from "../predictors/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { calibrationKernels } from "./calibration.js";
import { measuredNchwcBlock, resolvePlatformId, rulesOf } from "./workspace.js";

export interface TrainRequest {
  readonly home: string;
  readonly platform: string;
  readonly types?: readonly string[];
  readonly recipe: string;
  readonly seed: number;
  readonly signal?: AbortSignal;
  onProgress?(share: number, note: string): void;
}

export interface TrainReport {
  readonly platform: string;
  readonly predictors: readonly { kernel: string; n: number; within5: number; within10: number; mape: number }[];
  readonly skipped: readonly { kernel: string; reason: string }[];
  /** `spread`: half width of the 90 % interval, relative. */
  readonly correction: { readonly models: number; readonly spread: number };
  readonly file: string;
  readonly seconds: number;
}

/** A kernel type needs this many measured configs. Choice. */
const fewestConfigs = 5;

/** @throws LitepredError `no-data`, `bad-usage`. */
export async function trainPlatform(request: TrainRequest): Promise<TrainReport> {
  const started = performance.now();
  const recipe = recipeName(request.recipe);
  const platform = await resolvePlatformId(request.platform, request.home);
  const store = await openStore(request.home);
  const measured = await store.query({ platform, status: "ok" });
  await store.close();
  const { sets, skipped } = groupByType(measured, request.types);
  if (sets.length === 0)
    throw new LitepredError(
      "no-data",
      `no kernels of ${platform} are in the store`,
      `litepred profile --platform ${request.platform}`,
    );
  const total = sets.reduce((sum, set) => sum + set.configs.length, 0);
  const predictors = [];
  let done = 0;
  for (const set of sets) {
    predictors.push(
      await trainKernelPredictor(onnxRuntime, set, {
        recipe,
        seed: request.seed,
        ...(request.signal ? { signal: request.signal } : {}),
        onProgress: (share) => request.onProgress?.((done + share * set.configs.length) / total, set.type),
      }),
    );
    done += set.configs.length;
  }
  const kernels = new Map(predictors.map((predictor) => [predictor.type, predictor]));
  const general = fitGeneralRoofline(sets);
  const plain = createPlatformPredictor({ platform, kernels, correction: noCorrection, general });
  const correction = await fitOnModels(plain, measured, platform);
  const file = openPool(request.home).save({
    platform,
    nchwcBlock: measuredNchwcBlock(measured),
    provenance: provenance(measured, "train"),
    kernels: predictors.map((predictor) => predictor.toState()),
    correction,
    general,
  });
  await plain.release();
  return {
    platform,
    predictors: predictors.map(({ type, samples, heldOut }) => ({
      kernel: type,
      n: samples,
      within5: heldOut.within5,
      within10: heldOut.within10,
      mape: heldOut.mape,
    })),
    skipped,
    correction: { models: correction.models, spread: conformalQuantile(correction.residuals, 0.9) },
    file,
    seconds: (performance.now() - started) / 1000,
  };
}

function recipeName(name: string): RecipeName {
  if (name in recipes) return name as RecipeName;
  throw new LitepredError("bad-usage", `recipe "${name}" is not known`, `use ${Object.keys(recipes).join(" or ")}`);
}

function groupByType(measured: readonly Measurement[], wanted: readonly string[] | undefined) {
  for (const type of wanted ?? [])
    if (!kernelTypeNames.includes(type))
      throw new LitepredError(
        "unknown-kernel-type",
        `kernel type "${type}" is not in the catalogue`,
        kernelTypeNames.join(", "),
      );
  const byType = new Map<string, { configs: Measurement[] }>();
  for (const measurement of measured) {
    if (measurement.subject.kind !== "kernel") continue;
    const { type } = measurement.subject;
    if (wanted !== undefined && !wanted.includes(type)) continue;
    getOrCreate(byType, type, () => ({ configs: [] as Measurement[] })).configs.push(measurement);
  }
  const skipped: { kernel: string; reason: string }[] = [];
  const sets = [];
  for (const [type, { configs: rows }] of [...byType].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const usable = rows.filter((row) => row.outcome.status === "ok" && row.outcome.latencyMs > 0);
    if (usable.length < fewestConfigs) {
      skipped.push({
        kernel: type,
        reason: `only ${usable.length} measured configs; it is estimated from FLOPs and bytes`,
      });
      continue;
    }
    sets.push({
      type,
      configs: usable.map((row) => (row.subject.kind === "kernel" ? row.subject.config : {})),
      latenciesMs: usable.map((row) => (row.outcome.status === "ok" ? row.outcome.latencyMs : Number.NaN)),
    });
  }
  return { sets, skipped };
}

async function fitOnModels(
  plain: ReturnType<typeof createPlatformPredictor>,
  measured: readonly Measurement[],
  platform: string,
): Promise<Correction> {
  const rules = rulesOf(parsePlatformId(platform), measuredNchwcBlock(measured));
  const models: (Detection & { measuredMs: number })[] = [];
  for (const { subject, outcome } of measured) {
    if (subject.kind !== "model" || outcome.status !== "ok") continue;
    const detection = await calibrationKernels(subject.name, rules);
    if (detection !== undefined) models.push({ ...detection, measuredMs: outcome.latencyMs });
  }
  const predicted = await plain.predictAll(models);
  return fitCorrection(predicted.map(({ kernels }, i) => ({ kernels, measuredMs: models[i]!.measuredMs })));
}

export function provenance(measured: readonly Measurement[], method: string) {
  return {
    device: measured[0]?.conditions.cpu ?? "",
    engineVersion: measured[0]?.conditions.engineVersion ?? "",
    protocols: [...new Set(measured.map(({ protocol }) => protocol.name))].sort(),
    coreStates: [...new Set(measured.flatMap(({ conditions }) => conditions.coreState ?? []))].sort(),
    samples: measured.filter(({ subject }) => subject.kind === "kernel").length,
    date:
      measured
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? "",
    method,
    litepred: packageVersion(),
  };
}
