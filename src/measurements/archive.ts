/** Measurements of a platform as one Parquet file, to be passed on; and such a file, untrusted, into a store. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkPlainFile, LitepredError } from "../base/index.js";
import { platformFileName } from "../platforms/index.js";
import { type Measurement, measurementKey, modernise } from "./measurement.js";
import { readTables, tooLarge, writeTable } from "./parquet.js";
import type { Store } from "./store.js";

/** Writes all measurements of `platform` into `folder`; returns the file. @throws LitepredError `no-data`. */
export async function exportMeasurements(store: Store, platform: string, folder: string): Promise<string> {
  const measurements = await store.query({ platform, every: true });
  if (measurements.length === 0)
    throw new LitepredError("no-data", `the store has no measurements of ${platform}`, "litepred platforms lists them");
  return writeTable(folder, measurements, [], platformFileName(platform));
}

/**
 * Adds what the store lacks.
 * @throws LitepredError `unreadable-file` for a file that holds no measurements; `unknown-platform` for rows of none.
 */
export async function importMeasurements(store: Store, file: string): Promise<{ added: number; known: number }> {
  const found = (await readArchive(file)).map(modernise);
  const keyOf = (measurement: Measurement) => `${measurementKey(measurement)} ${measurement.at}`;
  const result = { added: 0, known: 0 };
  for (const platform of new Set(found.map((measurement) => measurement.platform))) {
    const known = new Set((await store.query({ platform, every: true })).map(keyOf));
    for (const measurement of found) {
      if (measurement.platform !== platform) continue;
      const isNews = !known.has(keyOf(measurement));
      if (isNews) store.append(measurement);
      result[isNews ? "added" : "known"]++;
    }
  }
  await store.flush();
  return result;
}

/**
 * What of a platform was measured and passed on beside its predictor; empty where nothing was.
 * @throws LitepredError as `importMeasurements`.
 */
export async function archivedMeasurements(folder: string, platform: string): Promise<Measurement[]> {
  const file = join(archiveFolder(folder), `${platformFileName(platform)}.parquet`);
  return existsSync(file) ? (await readArchive(file)).map(modernise) : [];
}

async function readArchive(file: string): Promise<Measurement[]> {
  const hint = "give a .parquet file that litepred pool export --measurements has written";
  checkPlainFile(file, { maxBytes: 2 ** 28, hint });
  let problem: string | undefined;
  try {
    problem = await tooLarge(file);
    const found =
      problem !== undefined
        ? []
        : await readTables([file], {}, ({ reason, line }) => {
            problem ??= `row ${line} is ${reason}`;
          });
    if (problem === undefined) return found;
  } catch (error) {
    problem ??= error instanceof Error ? error.message.split("\n")[0]! : String(error);
  }
  throw new LitepredError("unreadable-file", `${file}: ${problem}`, hint, { file });
}

export const archiveFolder = (folder: string) => join(folder, "measurements");
