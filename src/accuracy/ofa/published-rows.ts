/**
 * Reads measured accuracies of OFA-MobileNetV3's sub-networks: random ones (memory-optimized-once-for-all, top-1 as a share) and
 * searched ones (DyNAS-T, top-1 in percent). `ks` and `e` have a digit a block, `d` one a stage.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LitepredError } from "../../base/index.js";
import { type CsvRow, parseCsv } from "../csv.js";
import type { OfaArchitecture } from "./features.js";
import type { OfaRow } from "./fit.js";

export const ofaSources = {
  random: {
    file: "MIT_OFA_imagenet_subnet_accuracy.csv",
    source: "memory-optimized-once-for-all: sub-networks of the published supernet, width 1.0, at 128, 160 and 192",
    licence: "MIT",
  },
  searched: {
    file: "OFA_imagenet_subnet_accuracy_r224.csv",
    source: "DyNAS-T, notebooks: sub-networks of the same supernet at 224, from searches",
    licence: 'Apache-2.0; its README adds "for Non-Commercial purposes"',
  },
} as const;

/** Random ones first; undefined where the folder lacks one of the files. @throws LitepredError `invalid-table` */
export function readOfaRows(folder: string): OfaRow[] | undefined {
  const [random, searched] = [ofaSources.random.file, ofaSources.searched.file].map((file) => join(folder, file));
  if (!existsSync(random!) || !existsSync(searched!)) return undefined;
  return [
    ...rowsOf(random!).map(
      (row): OfaRow => ({
        architecture: architectureOf(row),
        accuracy: 100 * row.number("top1"),
        origin: "random",
      }),
    ),
    ...rowsOf(searched!).map(
      (row): OfaRow => ({
        architecture: architectureOf(row),
        accuracy: row.number("top1_percent"),
        origin: "searched",
        macsM: row.number("macs") / 1e6,
      }),
    ),
  ];
}

const rowsOf = (path: string) => parseCsv(readFileSync(path, "utf8"), path);

function architectureOf(row: CsvRow): OfaArchitecture {
  const digits = (name: string, count: number) => {
    const text = row.text(name);
    if (text.length === count && /^\d+$/.test(text)) return [...text].map(Number);
    throw new LitepredError("invalid-table", `${row.where}: ${name} is ${text}`, `${count} digits are expected`);
  };
  return { r: row.number("r"), w: 1, ks: digits("ks", 20), e: digits("e", 20), d: digits("d", 5) };
}
