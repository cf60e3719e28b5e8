/**
 * A new platform from the pool. Where the engine tells the times of its nodes, kernels are timed inside sampled networks; elsewhere the
 * transfer method chooses kernels to be measured alone. A few networks measured whole give the model-level correction, and the result goes
 * into the pool as a predictor that stands by itself, or the best source does where that is better.
 * What was measured is in the store: the same command goes on from there, however it was stopped.
 */

import {
  type AdaptReport,
  type AdaptRequest,
  describe,
  fitAndSave,
  loadSources,
  openTarget,
} from "../adapting/index.js";
import { LitepredError } from "../base/index.js";
import { openStore } from "../measurements/index.js";

export async function adaptPlatform(request: AdaptRequest): Promise<AdaptReport> {
  const started = performance.now();
  check(request);
  const store = await openStore(request.home);
  try {
    const target = await openTarget(request, store);
    const sources = await loadSources(target.id, request);
    try {
      const fitted = await fitAndSave({
        home: request.home,
        store,
        platform: target.id,
        sources,
        ...(await target.measuring()),
        recipe: "compact",
        seed: request.seed,
        signal: request.signal,
        onNetworks: request.onNetworks,
        onStage: request.onStage?.bind(request),
        onProgress: request.onProgress?.bind(request),
      });
      return await describe(fitted, store, target.id, (performance.now() - started) / 1000);
    } finally {
      for (const source of sources) await source.release();
    }
  } finally {
    await store.close();
  }
}

function check({ budget, method, minutes }: AdaptRequest): void {
  if (!Number.isInteger(budget) || budget < 20)
    throw new LitepredError("bad-usage", `--budget ${budget} is not a whole number of 20 or more`);
  if (minutes !== undefined && !(minutes > 0))
    throw new LitepredError("bad-usage", `--minutes ${minutes} is not above 0`, "for example --minutes 3");
  if (method !== "default")
    throw new LitepredError(
      "bad-usage",
      `method "${method}" cannot adapt to an engine`,
      "use default; litepred evaluate transfer has the others",
    );
}
