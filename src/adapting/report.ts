/** What `adapt` says of what it made. */
import { conformalQuantile, usualLevel } from "../base/index.js";
import type { Store } from "../measurements/index.js";
import type { Correction } from "../predictors/index.js";
import type { AdaptationRound, AdaptedKernel, ComparisonReport } from "../transfer/index.js";
import type { FittedFile } from "./fit.js";

export interface AdaptReport {
  readonly platform: string;
  readonly method: string;
  readonly measurementsUsed: number;
  readonly seconds: number;
  readonly donors: Readonly<Record<string, readonly string[]>>;
  readonly kernels: Readonly<
    Record<
      string,
      { measured: number; failed: number; mape?: number; within5?: number; within10?: number; weak?: string }
    >
  >;
  readonly rounds: readonly AdaptationRound[];
  readonly goalReached?: boolean | undefined;
  /** Whole networks measured for the correction, each predicted by a correction fitted without it. */
  readonly models: {
    readonly n: number;
    readonly within5: number;
    readonly within10: number;
    readonly rmseMs: number;
    /** Half width of the 90 % interval in ln units. */
    readonly spread: number;
  };
  /** What was fitted, held against the best source. */
  readonly comparison?: ComparisonReport | undefined;
  /** Median |ln| by which the compact predictors differ from the adapted ones. */
  readonly distilLoss?: number | undefined;
  readonly file: string;
}

export async function describe(
  fitted: FittedFile,
  store: Store,
  platform: string,
  seconds: number,
): Promise<AdaptReport> {
  const { adaptation, correction, comparison, distilLoss, file } = fitted;
  const measured = await store.query({ platform });
  const adapted = [...(adaptation?.kernels ?? [])];
  return {
    platform,
    method: adaptation?.method ?? "scratch",
    measurementsUsed: measured.length,
    seconds,
    donors: Object.fromEntries(adapted.map(([type, { donors }]) => [type, donors])),
    kernels: {
      ...Object.fromEntries(
        fitted.kernels.map(({ type, samples, heldOut: { mape, within5, within10 } }) => [
          type,
          { measured: samples, failed: 0, mape, within5, within10 },
        ]),
      ),
      ...Object.fromEntries(adapted.map(([type, kernel]) => [type, describeKernel(kernel)])),
    },
    rounds: adaptation?.rounds ?? [],
    goalReached: adaptation?.goalReached,
    models: describeModels(correction),
    comparison,
    distilLoss,
    file,
  };
}

const describeKernel = ({ measured, failed, estimate, weak }: AdaptedKernel) => ({
  measured,
  failed,
  ...estimate,
  weak,
});

function describeModels({ models, residuals, heldOut }: Correction) {
  const { within5 = 0, within10 = 0, rmseMs = 0 } = heldOut ?? {};
  return { n: models, within5, within10, rmseMs, spread: conformalQuantile(residuals, usualLevel) };
}
