/**
 * True accuracies of benchmark spaces, read from a folder that the user has; none ships. NAS-Bench-201: test accuracy on CIFAR-10,
 * CIFAR-100 or ImageNet-16-120. Accel-NASBench: validation top-1 on ImageNet after reduced training.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupBy, LitepredError, mean } from "../base/index.js";
import { type Architecture, nasBench201OfString, type Space } from "../spaces/index.js";
import { parseCsv } from "./csv.js";
import { type AccuracyRow, createTableAccuracy } from "./table.js";
import type { AccuracyPredictor } from "./types.js";

/** Columns of nasbench201_accuracy.csv after 200 epochs, by data set. */
const nasBench201Columns = {
  cifar10: "CIFAR10TestAccuracy200Epochs",
  cifar100: "CIFAR100TestAccuracy200Epochs",
  imagenet16: "ImageNetTestAccuracy200Epochs",
} as const;
export type NasBench201DataSet = keyof typeof nasBench201Columns;

/** Index-aligned with the benchmark. @throws LitepredError `no-data` */
export function nasBench201Rows(folder: string, dataSet: NasBench201DataSet): AccuracyRow<Architecture>[] {
  return rowsIn(folder, ["nasbench201_accuracy.csv", "nasbench201/nasbench201_accuracy.csv"]).map((row) => ({
    architecture: nasBench201OfString(row.text("ArchitectureString")) as Architecture,
    accuracy: row.number(nasBench201Columns[dataSet]),
    where: row.where,
  }));
}

/** @throws LitepredError `no-data` */
export function accelNasBenchRows(folder: string): AccuracyRow<Architecture>[] {
  return rowsIn(folder, ["accel_nasbench.csv", "accel-nasbench/accel_nasbench.csv"]).map((row) => {
    const digits = (column: string) => [...row.text(column)].map(Number);
    return {
      architecture: { e: digits("e"), k: digits("k"), l: digits("l"), se: digits("se").map(Boolean) },
      accuracy: row.number("val_top1"),
      where: row.where,
    };
  });
}

function rowsIn(folder: string, places: readonly string[]) {
  const file = places.map((place) => join(folder, place)).find(existsSync);
  if (file !== undefined) return parseCsv(readFileSync(file, "utf8"), file);
  throw new LitepredError(
    "no-data",
    `reference data not found: no ${places[0]} in ${folder}`,
    "see docs/how-to/accuracy.md",
  );
}

/** Some architectures were trained twice: one row each, with their mean. */
function meansOf(rows: readonly AccuracyRow<Architecture>[]): AccuracyRow<Architecture>[] {
  const groups = groupBy(rows, ({ architecture }) => JSON.stringify(architecture));
  return [...groups.values()].map((group) => ({ ...group[0]!, accuracy: mean(group.map(({ accuracy }) => accuracy)) }));
}

/** The table of the space's benchmark. @throws LitepredError `no-data`, `invalid-config` */
export function readPublishedTable(folder: string, space: Space): AccuracyPredictor {
  switch (space.name) {
    case "nasbench201":
      return createTableAccuracy("nasbench201", space, nasBench201Rows(folder, "cifar10"));
    case "accel-nasbench":
      return createTableAccuracy("accel-nasbench", space, meansOf(accelNasBenchRows(folder)));
    default:
      throw new LitepredError(
        "invalid-config",
        `no table of accuracies is known for the space ${space.name}`,
        "a folder serves nasbench201 and accel-nasbench; for others give a CSV file, a module or a URL",
      );
  }
}
