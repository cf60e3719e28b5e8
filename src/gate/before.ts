/** What --against means for each model. */
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { LitepredError } from "../base/index.js";
import { entryOf, readBaseline } from "./baseline.js";
import type { CheckRequest, FindBefore } from "./check-row.js";

/** @throws LitepredError for what is no baseline, and for one model to compare several with. */
export function findBefore({ against, models }: CheckRequest): FindBefore {
  if (against === undefined) return () => ({ kind: "none" });
  const found = statSync(against, { throwIfNoEntry: false });
  if (found === undefined)
    throw new LitepredError("unreadable-file", `${against}: no such file`, "make one with litepred check --save FILE");
  if (found.isDirectory()) return inFolder(against);
  if (!against.endsWith(".json")) return oneModel(against, models);
  const entries = readBaseline(against);
  return (model, platform) => {
    const entry = entryOf(entries, model, platform);
    if (entry !== undefined) return { kind: "entry", entry };
    return { kind: "none", note: `not compared: ${basename(against)} has no ${basename(model)} on ${platform}` };
  };
}

const inFolder =
  (folder: string): FindBefore =>
  (model) => {
    const path = join(folder, basename(model));
    if (existsSync(path)) return { kind: "file", path };
    return { kind: "none", note: `not compared: ${folder} has no ${basename(model)}` };
  };

function oneModel(path: string, models: readonly string[]): FindBefore {
  if (models.length > 1)
    throw new LitepredError(
      "bad-usage",
      `${path} is one model, ${models.length} are checked`,
      "give a folder of models of the same names, or a baseline",
    );
  return () => ({ kind: "file", path });
}
