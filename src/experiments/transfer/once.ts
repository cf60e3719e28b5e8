/** One transfer to a target, fitted as `adapt` fits it, every measurement looked up in what the store has of the target. */
import { candidatesPerMeasurement } from "../../adapting/index.js";
import { getOrCreate, stableJson } from "../../base/index.js";
import type { KernelConfig } from "../../kernels/index.js";
import { kernelRows, type Measurement } from "../../measurements/index.js";
import type { PlatformPredictor } from "../../predictors/index.js";
import { callCostOf } from "../../profiling/index.js";
import { onnxRuntime } from "../../runtime/index.js";
import { networksPerSpace, spaceCandidates } from "../../sampling/index.js";
import {
  fitPlatform,
  type MeasuredNetwork,
  type MeasureOutcome,
  type MeasureRequest,
  type TransferMethod,
} from "../../transfer/index.js";
import { isOfKernels, measuringSeconds } from "../measuring-cost.js";
import { kernelCount, maySource, type TransferPlan } from "./plan.js";
import { describeTest, type MeasuredArchitecture, type TransferCell } from "./report.js";
import type { Target } from "./target.js";

export interface Transfer extends TransferPlan {
  readonly target: Target;
  readonly method: TransferMethod;
  readonly sources: readonly PlatformPredictor[];
  /** That the correction is fitted on. */
  readonly networks: readonly MeasuredNetwork[];
  readonly test: readonly MeasuredArchitecture[];
}

export async function transferOnce(
  request: { readonly signal?: AbortSignal | undefined },
  transfer: Transfer,
): Promise<TransferCell> {
  const { target, variant, run, networks, test } = transfer;
  const started = performance.now();
  const { predictor, adaptation } = await fitTarget(transfer, request.signal);
  const predicted = await predictor.predictAll(test.map(({ detection }) => detection));
  const adapted = [...(adaptation?.kernels ?? [])];
  const { kernels, seconds } = costOf(transfer, adaptation?.measurementsUsed ?? 0);
  return {
    target: target.platform,
    variant: variant.name,
    seed: run,
    measurementsUsed: kernels + networks.length,
    donors: Object.fromEntries(adapted.map(([type, { donors }]) => [type, donors])),
    weak: Object.fromEntries(adapted.flatMap(([type, { weak }]) => (weak === undefined ? [] : [[type, weak]]))),
    ...describeTest(predicted, test),
    seconds: (performance.now() - started) / 1000,
    minutes: seconds / 60,
  };
}

/** As `adapt` does it: kernels timed inside networks come before any choice. */
const isInContext = ({ target, variant, method }: Transfer): boolean =>
  variant.kernels === undefined &&
  method.name === "default" &&
  target.rows.some(({ subject, purpose }) => subject.kind === "kernel" && purpose === "in-model");

/** Distinct kernels looked at, and what measuring took together with the networks. */
function costOf(transfer: Transfer, chosen: number): { kernels: number; seconds: number } {
  const { rows } = transfer.target;
  const ofKernels = rows.filter(isOfKernels);
  const ofFits = rows.filter(({ subject, purpose }) => subject.kind === "model" && purpose === "fit");
  const all = kernelRows(rows).reduce((total, { configs }) => total + configs.length, 0);
  const kernels = isInContext(transfer) ? all : chosen;
  const kernelSeconds = all === 0 ? 0 : (measuringSeconds(ofKernels) * kernels) / all;
  const each = ofFits.length === 0 ? 0 : measuringSeconds(ofFits) / ofFits.length;
  return { kernels, seconds: kernelSeconds + each * transfer.networks.length };
}

async function fitTarget(transfer: Transfer, signal: AbortSignal | undefined) {
  const { target, method, sources, variant, run, networks } = transfer;
  return fitPlatform({
    platform: target.platform,
    rules: target.rules,
    backend: onnxRuntime,
    ...(isInContext(transfer) ? await kernelsInContext(transfer) : kernelsLookedUp(transfer)),
    sources: sources.filter((source) => maySource(variant, target.platform, source.platform)),
    method,
    networks: async () => networks,
    callMs: callCostOf(target.rows),
    recipe: "compact",
    seed: run,
    signal,
  });
}

const kernelsInContext = async ({ target: { rows, rules }, run }: Transfer) => ({
  rows: kernelRows(rows, rules),
  candidates: await spaceCandidates({ rules, count: contextCandidates, seed: run, perSpace: networksPerSpace.few }),
});

/** As many as `adapt` has with its usual budget. */
const contextCandidates = kernelCount * candidatesPerMeasurement;

/** Every measurement is looked up in what the store has of the target. */
function kernelsLookedUp({ target, variant }: Transfer) {
  const { candidates, latencyOf } = measuredKernels(target.rows);
  const all = [...candidates.values()].reduce((total, configs) => total + configs.length, 0);
  const measure = async (requests: readonly MeasureRequest[]) =>
    requests.map(({ type, config }): MeasureOutcome => {
      const latencyMs = latencyOf(type, config);
      return latencyMs === undefined
        ? { status: "failed", reason: "could not be run" }
        : { status: "measured", latencyMs };
    });
  return { rows: [], candidates, further: { budget: variant.kernels ?? all, measure } };
}

/** What may be looked at: every config that was tried on the target. */
function measuredKernels(rows: readonly Measurement[]) {
  const candidates = new Map<string, Map<string, KernelConfig>>();
  for (const { subject } of rows)
    if (subject.kind === "kernel")
      getOrCreate(candidates, subject.type, () => new Map<string, KernelConfig>()).set(
        stableJson(subject.config),
        subject.config,
      );
  const latencies = new Map(
    kernelRows(rows).map(({ type, configs, latenciesMs }) => [
      type,
      new Map(configs.map((config, i) => [stableJson(config), latenciesMs[i]!])),
    ]),
  );
  return {
    candidates: new Map([...candidates].map(([type, configs]) => [type, [...configs.values()]])),
    latencyOf: (type: string, config: KernelConfig) => latencies.get(type)?.get(stableJson(config)),
  };
}
