/** Reads the tables of recorded platforms and studies which source matters. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LitepredError } from "../../base/index.js";
import { readMeasuredTables } from "../../measurements/index.js";
import { madeOn } from "../made-on.js";
import type { SimilarityReport } from "./page.js";
import { type SimilarityOptions, studySimilarity } from "./study.js";

/** @param folder with one folder of tables for each platform. @throws LitepredError `bad-usage`, `no-data`. */
export function evaluateSimilarity(folder: string, { measured, seeds }: SimilarityOptions): SimilarityReport {
  for (const [name, value] of Object.entries({ measured, seeds }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new LitepredError("bad-usage", `--${name} ${value} is not a whole number of 1 or more`);
  if (!existsSync(folder))
    throw new LitepredError("no-data", `${folder} is not there`, "make it with scripts/recorded-tables.mjs");
  const platforms = readdirSync(folder)
    .sort()
    .map((platform) => ({ platform, tables: readMeasuredTables(join(folder, platform)) }));
  const cells = studySimilarity(platforms, { measured, seeds });
  if (cells.length === 0)
    throw new LitepredError(
      "no-data",
      `no kernel type in ${folder} was measured with the same configs on four platforms`,
      `fewer than --measured ${measured} may do`,
    );
  return { ...madeOn(), measured, seeds, cells };
}
