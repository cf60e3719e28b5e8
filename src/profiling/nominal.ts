/**
 * The nominal times of the references on a platform: what they take with the core to themselves. Found once for a workspace and
 * kept (`references.json`): a low quantile of some seconds of turns. On a machine that is never quiet it is what quiet moments come
 * near to. It is a common factor of all latencies of the workspace, so that it makes none of their ratios wrong.
 */
import { join } from "node:path";
import { z } from "zod";
import { quantile, readKept, saveWhole, sum } from "../base/index.js";
import type { PreparedModel } from "../engines/index.js";
import { type ReferenceTimes, referenceNames } from "./references.js";

const keptSchema = z.record(z.string(), z.object({ mobile: z.number().positive(), arithmetic: z.number().positive() }));

/** Turns fast enough to be taken for undisturbed ones, and time spent on them. Choice. */
const quietTurns = 0.1;
const searchMs = 2500;
const fewestTurns = 12;

/** The kept ones, else those found now. */
export async function nominalTimes(
  home: string,
  platform: string,
  references: readonly PreparedModel[],
): Promise<ReferenceTimes> {
  const kept = keptNominal(home);
  const known = kept[platform];
  if (known !== undefined) return known;
  const found = await findNominal(references);
  keepNominal(home, platform, found);
  return found;
}

/** Those of a predictor that came from elsewhere are taken over, so that its latencies and measurements here mean the same. */
export function keepNominal(home: string, platform: string, nominal: ReferenceTimes): void {
  saveWhole(fileOf(home), `${JSON.stringify({ ...keptNominal(home), [platform]: nominal }, undefined, 1)}\n`);
}

/** By platform id; empty where nothing is kept, or the file is damaged. */
export function keptNominal(home: string): Readonly<Record<string, ReferenceTimes>> {
  try {
    return keptSchema.safeParse(readKept(fileOf(home))).data ?? {};
  } catch {
    return {};
  }
}

const fileOf = (home: string) => join(home, "references.json");

async function findNominal(references: readonly PreparedModel[]): Promise<ReferenceTimes> {
  const times: number[][] = references.map(() => []);
  let timedMs = 0;
  while (timedMs < searchMs || times[0]!.length < fewestTurns)
    for (const [i, reference] of references.entries()) {
      const runs = await reference.time({ warmup: 0, runs: 2, maxMs: 20 });
      times[i]!.push(...runs);
      timedMs += sum(runs);
    }
  return Object.fromEntries(
    referenceNames.map((name, i) => [name, quantile(times[i]!, quietTurns)]),
  ) as unknown as ReferenceTimes;
}
