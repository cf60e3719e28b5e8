/** Results of earlier calls, kept in the workspace by everything they depend on: a call that is cut off goes on from there. */
import { join } from "node:path";
import { readKept, saveWhole, sha256, stableJson } from "../base/index.js";

export interface KeptRuns<Run> {
  find(isWanted: (run: Run) => boolean): Run | undefined;
  add(run: Run): Run;
}

/** @param circumstances all that the runs depend on beside what tells them from each other */
export function keptRuns<Run>(home: string, experiment: string, circumstances: object): KeptRuns<Run> {
  const key = sha256(stableJson(circumstances)).slice(0, 16);
  const file = join(home, "experiments", experiment, `${key}.json`);
  const runs = (readKept(file) ?? []) as Run[];
  return {
    find: (isWanted) => runs.find(isWanted),
    add(run) {
      runs.push(run);
      saveWhole(file, JSON.stringify(runs));
      return run;
    },
  };
}
