/**
 * How far a search has come, in a file of the workspace that is replaced as a whole: after `kill -9` the same call goes on from it to the
 * same end. Its name says all that the end depends on.
 */
import { join } from "node:path";
import { readKept, removeParts, saveWhole, sha256, stableJson } from "../base/index.js";
import type { SearchState } from "../search/index.js";

/** A network of the front that was measured. */
export interface Verified {
  readonly vector: readonly number[];
  readonly platform: string;
  readonly predictedMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** Undefined where the engine could not run it. */
  readonly measuredMs?: number | undefined;
  readonly failed?: string | undefined;
}

export interface SearchProgress {
  /** From 0: before anything was measured. */
  readonly round: number;
  readonly verified: readonly Verified[];
  readonly state?: SearchState | undefined;
  /** Evaluations at which the round ends; undefined until its predictors have looked at the state. */
  readonly target?: number | undefined;
  /** What was measured last is what was predicted; undefined where nothing was. */
  readonly stands?: boolean | undefined;
  /** Of searching and measuring, over all calls. */
  readonly seconds: number;
  readonly isDone: boolean;
}

export interface SearchJournal {
  /** As it was left. */
  readonly start: SearchProgress;
  /** Keeps it, at most once in some time unless `now`. */
  keep(progress: SearchProgress, now?: boolean): void;
}

/** A generation takes some milliseconds; a file for each would cost more than the search. */
const keepEveryMs = 500;

export function openSearchJournal(home: string, circumstances: object, again: boolean): SearchJournal {
  const folder = join(home, "searches");
  removeParts(folder);
  const file = join(folder, `${sha256(stableJson(circumstances)).slice(0, 16)}.json`);
  const kept = again ? undefined : (readKept(file) as SearchProgress | undefined);
  let last = performance.now();
  return {
    start: kept ?? { round: 0, verified: [], seconds: 0, isDone: false },
    keep(progress, now = false) {
      if (!now && performance.now() - last < keepEveryMs) return;
      saveWhole(file, JSON.stringify(progress));
      last = performance.now();
    },
  };
}
