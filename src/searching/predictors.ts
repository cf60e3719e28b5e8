/** What a search asks: the space, its accuracy, and the predictors of the platforms, ready to be used many times. */
import { statSync } from "node:fs";
import { accuracyNames, loadAccuracy } from "../accuracy/index.js";
import { packageVersion } from "../base/index.js";
import { openPool } from "../pool/index.js";
import { loadPlatformPredictor, type PlatformPredictor } from "../predictors/index.js";
import { onnxRuntime } from "../runtime/index.js";
import { type AccuracyPredictor, latencyOf, type SearchPlatform, type SearchProblem } from "../search/index.js";
import { fixGenes } from "../spaces/index.js";
import { resolvePlatformId } from "../workspace/index.js";
import type { Verified } from "./journal.js";
import type { SearchRequest } from "./request.js";
import { loadSearchSpace, type SearchSpace } from "./space.js";
import { refitOf } from "./verify.js";

export interface Predictors {
  /** As far as its accuracy is known. */
  readonly searched: SearchSpace;
  readonly accuracy: AccuracyPredictor;
  /** In the order in which they were asked for. */
  readonly platforms: readonly PlatformPredictor[];
  /** What tells them from other versions. */
  readonly versions: object;
  release(): Promise<void>;
}

export interface PredictorsRequest extends Pick<SearchRequest, "home" | "space" | "platforms" | "accuracy" | "pools"> {
  /** Of a space for which no accuracy predictor ships, none is known; otherwise that is an error. */
  readonly accuracyIsOptional?: boolean;
}

/** @throws LitepredError for unknown names, unreadable files, and platforms without a predictor. */
export async function openPredictors(request: PredictorsRequest): Promise<Predictors> {
  const { home } = request;
  const given = await loadSearchSpace(request.space);
  const accuracy = await accuracyOf(request, given);
  const searched = accuracy.fixed ? { ...given, space: fixGenes(given.space, accuracy.fixed) } : given;
  const pool = openPool(home, request.pools);
  const ids = await Promise.all(request.platforms.map((id) => resolvePlatformId(id, home)));
  const artefacts = ids.map((id) => pool.load(id));
  const platforms = await Promise.all(artefacts.map((artefact) => loadPlatformPredictor(artefact, onnxRuntime)));
  return {
    searched,
    accuracy,
    platforms,
    versions: {
      version: searched.version,
      accuracy: accuracy.name,
      accuracyChanged: changeOf(request.accuracy),
      litepred: packageVersion(),
      predictors: artefacts.map(({ platform, sha256 }) => [platform, sha256]),
    },
    async release() {
      for (const predictor of platforms) await predictor.release();
    },
  };
}

/** When a file that accuracies come from was written last. */
const changeOf = (accuracy: PredictorsRequest["accuracy"]) =>
  typeof accuracy === "string" ? statSync(accuracy, { throwIfNoEntry: false })?.mtimeMs : undefined;

/** The predictor that was given or named; else what the space's own file tells. */
async function accuracyOf(
  { accuracy, accuracyIsOptional = false }: PredictorsRequest,
  { space, accuracy: own }: SearchSpace,
): Promise<AccuracyPredictor> {
  if (typeof accuracy === "object") return accuracy;
  if (accuracy === undefined && own !== undefined) return own;
  if (accuracy === undefined && accuracyIsOptional && !accuracyNames.includes(space.name)) return notKnown(space.name);
  return loadAccuracy(accuracy, space);
}

type Wanted = Pick<SearchProblem, "objectives" | "sure" | "level"> & Pick<SearchRequest, "maxLatencyMs">;

/** The problem under predictors that what was measured has corrected. */
export async function problemWith(
  { searched, accuracy, platforms: predictors }: Predictors,
  verified: readonly Verified[],
  { maxLatencyMs, ...wanted }: Wanted,
): Promise<SearchProblem> {
  const { space } = searched;
  const platforms: SearchPlatform[] = [];
  for (const [i, predictor] of predictors.entries()) {
    const refit = await refitOf(space, predictor, verified);
    platforms.push({ predictor: latencyOf(space, predictor, refit), maxMs: maxLatencyMs?.[i] });
  }
  return { space, accuracy, platforms, ...wanted };
}

const notKnown = (space: string): AccuracyPredictor => ({
  ...{ name: "not known", space },
  predictAll: (architectures) =>
    architectures.map(() => ({ accuracy: Number.NaN, lowAccuracy: Number.NaN, highAccuracy: Number.NaN })),
});
