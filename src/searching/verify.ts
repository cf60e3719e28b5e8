/**
 * Networks of a front, measured where their platforms are attached; and what that teaches: a correction of what the platform's own one
 * leaves over.
 */
import { LitepredError } from "../base/index.js";
import { type Engine, encoderOf, type LocalPlatform } from "../engines/index.js";
import { networkSubject, openStore, type Protocol } from "../measurements/index.js";
import {
  type Correction,
  fitCorrection,
  noCorrection,
  type PlatformPredictor,
  type WholeModel,
} from "../predictors/index.js";
import { measureModels } from "../profiling/index.js";
import type { Space } from "../spaces/index.js";
import { openLocalPlatform } from "../workspace/index.js";
import type { Verified } from "./journal.js";
import type { SearchSpace } from "./space.js";

export interface VerifyRequest {
  readonly home: string;
  readonly searched: SearchSpace;
  readonly networks: readonly Predicted[];
  readonly protocol: Protocol;
  readonly signal?: AbortSignal | undefined;
}

/** A network, and what its platform's predictor says. */
export type Predicted = Pick<Verified, "vector" | "platform" | "predictedMs" | "lowMs" | "highMs">;

/** The platform ready to be measured, or why it is not. */
export async function attachedPlatform(
  id: string,
  home: string,
  engine?: Engine,
): Promise<{ readonly local: LocalPlatform } | { readonly reason: string }> {
  try {
    return { local: await openLocalPlatform(id, home, engine) };
  } catch (error) {
    if (error instanceof LitepredError) return { reason: error.message };
    throw error;
  }
}

/** Under the purpose `fit`: the next `litepred adapt` takes them into the platform's correction. In the order of the networks. */
export async function measureFront(request: VerifyRequest, local: LocalPlatform): Promise<Verified[]> {
  const { searched, networks, protocol, signal } = request;
  const { space, subjectPrefix } = searched;
  const encode = encoderOf(local.description.format, local.platform.precision);
  const store = await openStore(request.home);
  try {
    const measured = await measureModels({
      store,
      engine: local.engine,
      platform: local.platform,
      models: networks.map(({ vector }) => ({
        subject: networkSubject(`${subjectPrefix}/${vector.join("-")}`),
        bytes: () => encode(space.toGraph(space.decode(vector))),
      })),
      purpose: "fit",
      protocol,
      signal,
    });
    return measured.map(({ outcome }, i) => ({
      ...networks[i]!,
      ...(outcome.status === "ok"
        ? { measuredMs: outcome.latencyMs }
        : { failed: `${outcome.reason}: ${outcome.message}` }),
    }));
  } finally {
    await store.close();
  }
}

/** ln(measured ÷ predicted) of the networks measured so far, as a correction on top of the platform's own. */
export async function refitOf(
  space: Space,
  predictor: PlatformPredictor,
  verified: readonly Verified[],
): Promise<Correction> {
  const measured = verified.filter(
    ({ platform, measuredMs }) => platform === predictor.platform && measuredMs !== undefined,
  );
  if (measured.length === 0) return noCorrection;
  const predictions = await predictor.predictAll(measured.map(({ vector }) => space.toGraph(space.decode(vector))));
  const models = predictions.map(({ kernels, latencyMs, sumMs }, i): WholeModel => {
    const factor = (latencyMs - predictor.callMs) / sumMs;
    return {
      kernels: kernels.map((kernel) => ({ ...kernel, latencyMs: kernel.latencyMs * factor })),
      measuredMs: measured[i]!.measuredMs!,
    };
  });
  return fitCorrection(models, predictor.callMs);
}
