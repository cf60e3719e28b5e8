/**
 * How accurate the architectures of a space are. In: a name of a predictor that ships, or a place of the user's own (folder of a
 * benchmark, CSV file, module, URL). Out: an AccuracyPredictor with intervals, top-1 in percent. Fits are pure; files and URLs are read
 * when a predictor is loaded. May import spaces, learning, base.
 */
import { existsSync, statSync } from "node:fs";
import { LitepredError } from "../base/index.js";
import type { Space } from "../spaces/index.js";
import { createHttpAccuracy, loadModuleAccuracy } from "./asked.js";
import { loadOfaAccuracy } from "./ofa/predictor.js";
import { readPublishedTable } from "./published-tables.js";
import type { AccuracyPredictor } from "./types.js";
import { readUserTable } from "./user-table.js";

export { parseCsv } from "./csv.js";
export type { OfaArchitecture } from "./ofa/features.js";
export { fitOfaAccuracy, type OfaOrigin, type OfaRow, ofaAccuracies } from "./ofa/fit.js";
export { createOfaAccuracy, type OfaAccuracyContent, ofaAccuracyFile } from "./ofa/predictor.js";
export { ofaSources, readOfaRows } from "./ofa/published-rows.js";
export { accelNasBenchRows, type NasBench201DataSet, nasBench201Rows } from "./published-tables.js";
export { type AccuracyRow, createTableAccuracy } from "./table.js";
export type * from "./types.js";

/** Predictors that ship, by the space that they are of. */
const shipped: Readonly<Record<string, () => AccuracyPredictor>> = {
  "ofa-mobilenetv3": () => loadOfaAccuracy() as unknown as AccuracyPredictor,
  "ofa-mobilenetv3-deployed": () =>
    ({ ...loadOfaAccuracy(), space: "ofa-mobilenetv3-deployed" }) as unknown as AccuracyPredictor,
};

/** Spaces that need no accuracy of the user's own. */
export const accuracyNames: readonly string[] = Object.keys(shipped);

/**
 * @param place name of a predictor that ships, a benchmark's folder, a .csv file, a module, or a URL; default: what ships for the space
 * @throws LitepredError `unknown-name`, and what its reader throws
 */
export async function loadAccuracy(place: string | undefined, space: Space): Promise<AccuracyPredictor> {
  const known = shipped[place ?? space.name];
  if (known !== undefined) return requireSpace(known(), space);
  if (place === undefined)
    throw new LitepredError("unknown-name", `no accuracy predictor ships for the space ${space.name}`, places);
  if (/^https?:\/\//.test(place)) return createHttpAccuracy(place, space.name);
  if (!existsSync(place)) throw new LitepredError("unknown-name", `no accuracy predictor ${place}`, places);
  if (statSync(place).isDirectory()) return readPublishedTable(place, space);
  return /\.csv$/i.test(place) ? readUserTable(place, space) : loadModuleAccuracy(place, space.name);
}

const places = `--accuracy with one of ${accuracyNames.join(", ")}, a folder of a benchmark's table, a .csv file, a module or a URL`;

function requireSpace(predictor: AccuracyPredictor, space: Space): AccuracyPredictor {
  if (predictor.space === space.name) return predictor;
  throw new LitepredError(
    "invalid-config",
    `the accuracy predictor ${predictor.name} is of the space ${predictor.space}, not of ${space.name}`,
    `--space ${predictor.space}`,
  );
}
