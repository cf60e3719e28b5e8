/** From what the store has of a platform, and the pool's predictors, to its predictor in the pool: what `train`, `adapt` and `start` share. */
import { LitepredError, packageVersion } from "../base/index.js";
import { importedTypes, kernelRows, type Measurement, type Store } from "../measurements/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor, type RecipeName } from "../predictors/index.js";
import { callCostOf, keptNominal } from "../profiling/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { type Candidates, importedCandidates, networkKernels } from "../sampling/index.js";
import {
  type FittedPlatform,
  fitPlatform,
  loadTransferMethod,
  type MeasuredNetwork,
  type PlatformTask,
} from "../transfer/index.js";
import { measuredNchwcBlock, rulesOf } from "../workspace/index.js";

export interface FitRequest {
  readonly home: string;
  /** The workspace in whose pool the predictor is put; default `home`. */
  readonly poolHome?: string | undefined;
  readonly store: Store;
  /** Full id. */
  readonly platform: string;
  /** Only these kernel types; default all. */
  readonly types?: readonly string[] | undefined;
  readonly sources: readonly PlatformPredictor[];
  /** Imported kernel types come on top. */
  readonly candidates: Candidates;
  readonly further?: PlatformTask["further"];
  /** Measures networks for the correction; those that the store has count in any case. */
  measureNetworks?(): Promise<void>;
  readonly recipe: RecipeName;
  readonly seed: number;
  /** Of the provenance. */
  readonly how: string;
  readonly signal?: AbortSignal | undefined;
  readonly onNetworks?: PlatformTask["onNetworks"];
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export interface FittedFile extends FittedPlatform {
  readonly file: string;
}

/** Fits and saves. @throws LitepredError `no-data` where nothing was measured and there is no source. */
export async function fitAndSave(request: FitRequest): Promise<FittedFile> {
  const { home, poolHome = home, store, platform, types, seed } = request;
  const measured = await store.query({ platform, every: true });
  const nchwcBlock = measuredNchwcBlock(measured);
  const rules = rulesOf(parsePlatformId(platform), nchwcBlock);
  const rows = kernelRows(measured, rules).filter(({ type }) => types === undefined || types.includes(type));
  if (rows.length === 0 && request.further === undefined)
    throw new LitepredError(
      "no-data",
      `no kernels of ${platform} are in the store`,
      `litepred profile --platform ${platform}`,
    );
  const callMs = callCostOf(measured);
  const userTypes = importedTypes(home);
  const fitted = await fitPlatform({
    platform,
    rules,
    backend: onnxRuntime,
    rows,
    userTypes,
    sources: request.sources,
    method: await loadTransferMethod("default", onnxRuntime),
    further: request.further,
    candidates: await candidatesOf(request, Object.keys(userTypes)),
    async networks() {
      await request.measureNetworks?.();
      const networks: MeasuredNetwork[] = [];
      for (const { subject, outcome } of await store.query({ platform, kind: "model", purpose: "fit", status: "ok" })) {
        const detection = subject.kind === "model" ? await networkKernels(subject.name, rules) : undefined;
        if (detection && outcome.status === "ok") networks.push({ detection, measuredMs: outcome.latencyMs });
      }
      return networks;
    },
    callMs,
    recipe: request.recipe,
    seed,
    signal: request.signal,
    onNetworks: request.onNetworks,
    onStage: request.onStage?.bind(request),
    onProgress: request.onProgress?.bind(request),
  });
  const file = openPool(poolHome).save({
    platform,
    nchwcBlock,
    provenance: provenanceOf(await store.query({ platform, every: true }), request.how, fitted),
    kernels: fitted.kernels,
    correction: fitted.correction,
    general: fitted.general,
    callMs,
    nominalMs: keptNominal(home)[platform],
  });
  return { ...fitted, file };
}

/** Imported kernels cannot be measured here: they are candidates where nothing is. */
async function candidatesOf({ store, further, candidates }: FitRequest, imported: readonly string[]) {
  return further ? candidates : new Map([...candidates, ...(await importedCandidates(store, imported))]);
}

export function provenanceOf(
  measured: readonly Measurement[],
  method: string,
  { adaptation }: Pick<FittedPlatform, "adaptation">,
) {
  const last = measured.at(-1);
  const donors = adaptation && Object.fromEntries([...adaptation.kernels].map(([type, { donors }]) => [type, donors]));
  return {
    device: last?.conditions.cpu ?? "",
    engineVersion: last?.conditions.engineVersion ?? "",
    protocols: [...new Set(measured.map(({ protocol }) => protocol.name))].sort(),
    measuredBy: measured.every(({ protocol }) => protocol.method === "reference")
      ? ("reference" as const)
      : ("old" as const),
    samples: measured.filter(({ subject }) => subject.kind === "kernel").length,
    date: last?.at ?? "",
    method,
    donors,
    litepred: packageVersion(),
  };
}

/** What can be transferred to `target`, but for those whose id has one of `exclude` in it; the caller releases them. */
export async function loadSources(
  target: string,
  { home, pools, exclude = [] }: { home: string; pools: readonly string[]; exclude?: readonly string[] | undefined },
): Promise<PlatformPredictor[]> {
  const found = openPool(home, pools).sourcesFor(target);
  const wanted = found.filter(({ platform }) => !exclude.some((part) => platform.includes(part)));
  return Promise.all(wanted.map((artefact) => loadPlatformPredictor(artefact, onnxRuntime)));
}
