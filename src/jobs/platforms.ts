/** What can be measured here, and what measurements and predictors there are. */

import { attachedPlatforms, engineNames, loadEngine } from "../engines/index.js";
import { openStore } from "../measurements/index.js";
import { formatPlatformId, resolveLocal } from "../platforms/index.js";
import { openPool } from "../pool/index.js";

export interface PlatformRow {
  readonly platform: string;
  readonly measurable: boolean;
  /** Why it cannot be measured here. */
  readonly missing?: string;
  readonly measurements: number;
  readonly predictor: boolean;
}

export async function listPlatforms(home: string): Promise<PlatformRow[]> {
  const store = await openStore(home);
  const counts = new Map<string, number>();
  for (const { platform } of await store.query()) counts.set(platform, (counts.get(platform) ?? 0) + 1);
  await store.close();
  const predictors = new Set(
    openPool(home)
      .list()
      .entries.map((entry) => entry.platform),
  );
  const rows = new Map<string, PlatformRow>();
  const add = (platform: string, measurable: boolean, missing?: string) =>
    rows.set(platform, {
      platform,
      measurable,
      missing,
      measurements: counts.get(platform) ?? 0,
      predictor: predictors.has(platform),
    });
  for (const name of engineNames)
    for (const { id, missing } of await localPlatforms(name, home)) add(id, missing === undefined, missing);
  for (const { id, missing } of await attachedPlatforms(home)) add(id, missing === undefined, missing);
  for (const platform of [...counts.keys(), ...predictors])
    if (!rows.has(platform))
      add(platform, false, "neither this machine nor an attached phone, or another version of the engine");
  return [...rows.values()];
}

async function localPlatforms(name: string, home: string): Promise<{ id: string; missing?: string }[]> {
  const base = {
    device: "local",
    processor: "cpu",
    engine: name,
    version: "",
    precision: "fp32",
    options: {},
  } as const;
  const id = (version: string, precision: "fp32" | "fp16" | "bf16" | "int8") =>
    formatPlatformId(resolveLocal({ ...base, precision }, () => version));
  try {
    const engine = await loadEngine(name, { home });
    const { version, precisions } = await engine.describe();
    return precisions.map((precision) => ({ id: id(version, precision) }));
  } catch (error) {
    return [{ id: id("", "fp32"), missing: error instanceof Error ? error.message : String(error) }];
  }
}
