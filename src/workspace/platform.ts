/** What jobs share: the platform that a user means, its engine, its fusion rules. */
import type { Engine, LocalPlatform } from "../engines/index.js";
import { type FusionRules, type NchwcBlock, nchwcBlockOf } from "../kernels/index.js";
import type { Measurement } from "../measurements/index.js";
import {
  formatPlatformId,
  isLocal,
  type Platform,
  parsePlatformId,
  readCpuFacts,
  resolveLocal,
  vectorBits,
} from "../platforms/index.js";
import { openPool } from "../pool/index.js";
import { platformRules } from "../predictors/index.js";

/** A platform of this machine or of an attached phone, ready to be measured; of any device where the engine is given. @throws LitepredError when it is another device or the engine is missing. */
export async function openLocalPlatform(wanted: string, home: string, given?: Engine): Promise<LocalPlatform> {
  const asked = parsePlatformId(wanted);
  if (given === undefined && !isLocal(asked))
    return (await import("../engines/index.js")).openAttachedPlatform(asked, home);
  const { loadEngine } = await import("../engines/index.js");
  const engine = given ?? (await loadEngine(asked.engine, { version: asked.version, home }));
  const description = await engine.describe();
  const platform = resolveLocal(asked, () => description.version);
  const id = formatPlatformId(platform);
  await adoptNominal(home, id);
  return { platform, id, engine, description };
}

/** Measurements here mean the same as those behind the platform's predictor in the pool, where it has one by the reference method. */
async function adoptNominal(home: string, id: string): Promise<void> {
  const { keepNominal, keptNominal } = await import("../profiling/index.js");
  if (keptNominal(home)[id] !== undefined) return;
  const { mobile, arithmetic } = openPool(home).nominalOf(id) ?? {};
  if (mobile !== undefined && arithmetic !== undefined) keepNominal(home, id, { mobile, arithmetic });
}

/** The full id of a platform without starting anything: `local` becomes this machine, a missing version the installed one. */
export async function resolvePlatformId(id: string, home: string): Promise<string> {
  const asked = parsePlatformId(id);
  if (!isLocal(asked) || asked.version !== "") return formatPlatformId(resolveLocal(asked));
  const { installedEngineVersion } = await import("../engines/index.js");
  const version = await installedEngineVersion(asked.engine, { home });
  return formatPlatformId(resolveLocal(asked, () => version ?? ""));
}

/** Channels per block of ONNX Runtime's layout on this machine. */
export function localNchwcBlock(): NchwcBlock {
  return nchwcBlockOf(vectorBits(readCpuFacts().flags));
}

/** The same of the machine that measured; of this one where the measurements do not tell. */
export function measuredNchwcBlock(measured: readonly Measurement[]): NchwcBlock {
  const bits = measured.find(({ conditions }) => conditions.vectorBits !== undefined)?.conditions.vectorBits;
  return bits === undefined ? localNchwcBlock() : nchwcBlockOf(bits);
}

/** Fusion rules of a platform, by default with the layout of this machine. */
export const rulesOf = (platform: Platform, nchwcBlock = localNchwcBlock()): FusionRules =>
  platformRules(platform, nchwcBlock);
