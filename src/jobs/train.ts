/** Measurements of a platform → its predictors in the pool, from scratch. */

import { fitAndSave } from "../adapting/index.js";
import { conformalQuantile, unknownName, usualLevel } from "../base/index.js";
import { kernelTypeNames } from "../kernels/index.js";
import { importedTypes, openStore } from "../measurements/index.js";
import { recipeNamed } from "../predictors/index.js";
import { resolvePlatformId } from "../workspace/index.js";

export interface TrainRequest {
  readonly home: string;
  /** The workspace in whose pool the predictor is put; default `home`. */
  readonly poolHome?: string | undefined;
  readonly platform: string;
  readonly types?: readonly string[] | undefined;
  readonly recipe: string;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface TrainReport {
  readonly platform: string;
  readonly predictors: readonly { kernel: string; n: number; within5: number; within10: number; mape: number }[];
  readonly skipped: readonly { readonly kernel: string; readonly reason: string }[];
  /** `spread`: half width of the 90 % interval, relative. */
  readonly correction: { readonly models: number; readonly spread: number };
  readonly file: string;
  readonly seconds: number;
}

/** @throws LitepredError `no-data`, `bad-usage`, `unknown-kernel-type`. */
export async function trainPlatform(request: TrainRequest): Promise<TrainReport> {
  const started = performance.now();
  checkTypes(request);
  const platform = await resolvePlatformId(request.platform, request.home);
  const store = await openStore(request.home);
  try {
    const { kernels, skipped, correction, file, predictor } = await fitAndSave({
      ...request,
      platform,
      store,
      recipe: recipeNamed(request.recipe),
      sources: [],
      candidates: new Map(),
      how: "train",
      onStage: request.onStage?.bind(request),
      onProgress: request.onProgress?.bind(request),
    });
    await predictor.release();
    return {
      platform,
      predictors: kernels.map(({ type, samples, heldOut: { within5, within10, mape } }) => ({
        kernel: type,
        n: samples,
        within5,
        within10,
        mape,
      })),
      skipped,
      correction: { models: correction.models, spread: conformalQuantile(correction.residuals, usualLevel) },
      file,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await store.close();
  }
}

function checkTypes({ types, home }: TrainRequest): void {
  const known = [...kernelTypeNames, ...Object.keys(importedTypes(home))];
  for (const type of types ?? [])
    if (!known.includes(type)) throw unknownName("kernel type", type, known, "unknown-kernel-type");
}
