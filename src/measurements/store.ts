/**
 * The store of measurements: an append-only journal per writing process, compacted to Parquet when a writer leaves and there is
 * enough of it.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { removeParts } from "../base/index.js";
import { compactJournal } from "./compaction.js";
import { checkNames, journalFolder, listFolders, listTables, type TableFile, tablesFolder } from "./folders.js";
import { listSegments, openJournal, readSegment } from "./journal.js";
import {
  type Measurement,
  type MeasurementKey,
  measurementKey,
  modernise,
  type Outcome,
  type Purpose,
  type Subject,
  subjectKey,
} from "./measurement.js";
import { readTables } from "./parquet.js";
import type { StoreProblem } from "./problem.js";

export interface MeasurementQuery {
  /** Full platform id. */
  readonly platform?: string;
  readonly kind?: Subject["kind"];
  /** Kernel type. */
  readonly type?: string;
  readonly status?: Outcome["status"];
  readonly purpose?: Purpose;
  /** All measurements of a subject, not the latest alone. */
  readonly every?: boolean;
}

export interface Store {
  /** The workspace. */
  readonly home: string;
  /** Survives `kill -9` when it returns, a power cut within a second. @throws LitepredError for names it cannot file. */
  append(measurement: Measurement): void;
  /** Resolves when everything appended is on disk. */
  flush(): Promise<void>;
  /** Whether it was measured, well or in vain. What other processes add after the first call for a platform is not seen. */
  has(wanted: MeasurementKey): Promise<boolean>;
  /** In the order of `at`; of a subject measured again for the same purpose, as the same repeat, only the latest. */
  query(query?: MeasurementQuery): Promise<Measurement[]>;
  /** Ids of the platforms that have measurements, sorted. */
  platforms(): Promise<string[]>;
  /** Moves finished journals, this store's own included, into Parquet folders by platform and type. */
  compact(): Promise<{ moved: number; files: number }>;
  /** Unreadable records met so far. */
  problems(): readonly StoreProblem[];
  /** Compacts finished journals that are many. */
  close(): Promise<void>;
}

/** Finished journals of more bytes are compacted: about 1,500 measurements, read in 50 ms. Choice. */
const compactAbove = 1e6;

/** Opens the store in the workspace `home`; costs nothing until it is asked something. */
export async function openStore(home: string): Promise<Store> {
  const journal = openJournal(journalFolder(home));
  const problems = new Map<string, StoreProblem>();
  const report = (problem: StoreProblem) => problems.set(`${problem.file}:${problem.line}`, problem);
  const known = new Map<string, Set<string>>();
  let hasWritten = false;
  const query = async (wanted: MeasurementQuery = {}) => {
    const all = (await readAll(home, wanted, report)).map(modernise);
    const chosen = wanted.every ? byTime(all) : latest(all);
    return chosen.filter((found) => matches(found, wanted));
  };
  return {
    home,
    append(measurement) {
      const { type } = subjectKey(measurement.subject);
      checkNames(measurement.platform, type);
      if (!hasWritten) removeLeftovers(home);
      journal.append(measurement);
      hasWritten = true;
      known.get(measurement.platform)?.add(measurementKey(measurement));
    },
    flush: () => journal.sync(),
    async has(wanted) {
      let keys = known.get(wanted.platform);
      if (keys === undefined) {
        keys = new Set((await query({ platform: wanted.platform })).map(measurementKey));
        known.set(wanted.platform, keys);
      }
      return keys.has(measurementKey(wanted));
    },
    query,
    async platforms() {
      const journaled = readJournals(home, report).map((measurement) => measurement.platform);
      return [...new Set([...journaled, ...listTables(home).map((table) => table.platform)])].sort();
    },
    async compact() {
      removeLeftovers(home);
      await journal.finish();
      return compactJournal(home, report);
    },
    problems: () => [...problems.values()],
    async close() {
      await journal.finish();
      if (hasWritten && finishedBytes(home) > compactAbove) await compactJournal(home, report);
      hasWritten = false;
    },
  };
}

/** What processes that were killed have left half written anywhere in the workspace that is ours. */
function removeLeftovers(home: string): void {
  const tables = new Set(listFolders(tablesFolder(home)));
  for (const folder of [home, join(home, "pool"), join(home, "measurements"), ...tables]) removeParts(folder);
}

const finishedBytes = (home: string) =>
  listSegments(journalFolder(home))
    .filter(({ finished }) => finished)
    .reduce((bytes, { path }) => bytes + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);

function readJournals(home: string, report: (problem: StoreProblem) => void): Measurement[] {
  return listSegments(journalFolder(home)).flatMap((segment) => readSegment(segment.path, report) ?? []);
}

/** Journals first: what is compacted between the two steps is then seen twice, which does no harm, and never missed. */
async function readAll(
  home: string,
  wanted: MeasurementQuery,
  report: (problem: StoreProblem) => void,
): Promise<Measurement[]> {
  const journaled = readJournals(home, report).filter((measurement) => isOf(measurement, wanted));
  for (let attempt = 0; ; attempt++) {
    const tables = listTables(home).filter(
      (table) =>
        (wanted.platform === undefined || table.platform === wanted.platform) &&
        (wanted.type === undefined || table.type === wanted.type),
    );
    try {
      const filed = await readTables(
        tables.map((table) => table.path),
        { kind: wanted.kind },
        report,
      );
      return onceEach([...filed, ...journaled]);
    } catch {
      // A compaction may have merged files between listing and reading.
      if (attempt === 2) return onceEach([...(await readOneByOne(tables, wanted, report)), ...journaled]);
    }
  }
}

/** A damaged table does not take the others with it. */
async function readOneByOne(
  tables: readonly TableFile[],
  { kind }: MeasurementQuery,
  report: (problem: StoreProblem) => void,
): Promise<Measurement[]> {
  const found: Measurement[] = [];
  let damaged = 0;
  for (const { path } of tables)
    try {
      found.push(...(await readTables([path], { kind }, report)));
    } catch (error) {
      // Where none can be read it is not the tables.
      if (++damaged === tables.length && damaged > 1) throw error;
      report({ file: path, line: 0, reason: (error as Error).message.split("\n")[0]! });
    }
  return found;
}

/** What a compaction that was killed has left in the journal and in a table is one measurement all the same. */
function onceEach(all: readonly Measurement[]): Measurement[] {
  const identity = (one: Measurement) => `${one.platform} ${measurementKey(one)} ${one.at} ${one.session}`;
  return [...new Map(all.map((one) => [identity(one), one])).values()];
}

/** What a measurement is of; how it came out and what for is asked of the latest. */
function isOf(measurement: Measurement, wanted: MeasurementQuery): boolean {
  return (
    (wanted.platform === undefined || measurement.platform === wanted.platform) &&
    (wanted.kind === undefined || measurement.subject.kind === wanted.kind) &&
    (wanted.type === undefined || subjectKey(measurement.subject).type === wanted.type)
  );
}

/** After the latest was chosen, so that an old success does not shine through a new failure. */
const matches = ({ outcome, purpose }: Measurement, wanted: MeasurementQuery): boolean =>
  (wanted.status === undefined || outcome.status === wanted.status) &&
  (wanted.purpose === undefined || purpose === wanted.purpose);

const byTime = (all: readonly Measurement[]): Measurement[] =>
  [...all].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

function latest(all: readonly Measurement[]): Measurement[] {
  const last = new Map<string, Measurement>();
  for (const measurement of byTime(all)) {
    const key = measurementKey(measurement);
    // Taken out first, so that the map stays in the order of time.
    last.delete(key);
    last.set(key, measurement);
  }
  return [...last.values()];
}
