/** What a report is made of: models, on each platform the prediction with its analysis. Plain data; `--format json` prints it. */
import type { Ceilings, Group, KernelRow } from "../analysis/index.js";
import type { Accuracy } from "../base/index.js";
import type { ModelPrediction } from "../predictors/index.js";
import type { FailedRow } from "./failed-row.js";

export interface ReportData {
  /** ISO 8601. */
  readonly date: string;
  readonly litepred: string;
  readonly models: readonly ReportedModel[];
  readonly failed: readonly FailedRow[];
}

export interface ReportedModel {
  readonly model: string;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** The fastest first. */
  readonly platforms: readonly ReportedPlatform[];
}

export interface ReportedPlatform extends Omit<ModelPrediction, "kernels"> {
  readonly platform: string;
  /** Whole networks that its correction was fitted on, and how well each was predicted without itself. */
  readonly networks: number;
  readonly heldOut?: Accuracy | undefined;
  readonly ceilings: Ceilings;
  /** In running order. */
  readonly kernels: readonly ReportedKernel[];
  readonly types: readonly Group[];
  /** By what binds them. */
  readonly bounds: readonly Group[];
}

export interface ReportedKernel extends KernelRow {
  /** Names of the tensors that its first node makes: what other tools find the node by. */
  readonly outputs: readonly string[];
}

export const reportFormats = ["html", "json", "csv", "md", "trace", "model-explorer"] as const;
export type ReportFormat = (typeof reportFormats)[number];
