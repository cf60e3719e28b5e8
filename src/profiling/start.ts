/** An engine started for a platform, with its references loaded and their nominal times known. */

import { LitepredError } from "../base/index.js";
import { type Engine, EngineFailure, kernelTimingOf } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { formatPlatformId, type Platform } from "../platforms/index.js";
import { nominalTimes } from "./nominal.js";
import { openReferences } from "./references.js";
import type { SessionEngine } from "./session.js";

export interface StartedEngine extends SessionEngine {
  readonly version: string;
  close(): Promise<void>;
}

/**
 * @param platform resolved: no `local`, no empty version
 * @param home where the nominal times are kept
 * @throws LitepredError `engine-unavailable` where it does not start, or cannot run the references
 */
export async function startEngine(
  engine: Engine,
  platform: Platform,
  home: string,
  encode: (graph: Graph) => Uint8Array,
): Promise<StartedEngine> {
  const description = await engine.describe();
  const running = await engine.start(platform);
  try {
    const references = await openReferences(running, encode);
    const nominal = await nominalTimes(home, formatPlatformId(platform), references);
    return {
      running,
      encode,
      nominal,
      timing: kernelTimingOf(description, platform.processor),
      version: description.version,
      close: () => running.close(),
    };
  } catch (error) {
    await running.close();
    if (!(error instanceof EngineFailure)) throw error;
    throw new LitepredError(
      "engine-unavailable",
      `${engine.name} does not run the reference models: ${error.message}`,
      "litepred doctor",
    );
  }
}
