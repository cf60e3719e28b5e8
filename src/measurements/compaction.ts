/**
 * Compaction: finished journal segments into Parquet files by platform and type. At any point of it the store is
 * readable and complete: a file appears under its name before the segments it came from are removed, so a crash in
 * between leaves records twice, never not at all, and readers take the latest of equal ones.
 */
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive, naming, partOf } from "../base/index.js";
import { journalFolder, listTables, tableFolder } from "./folders.js";
import { listSegments, readSegment, removeSegment } from "./journal.js";
import { type Measurement, subjectKey } from "./measurement.js";
import { writeTable } from "./parquet.js";
import type { StoreProblem } from "./problem.js";

/** More files than this in one folder are merged into one. Choice: keeps opening cheap and rewriting rare. */
const mergeAbove = 8;

export async function compactJournal(
  home: string,
  report: (problem: StoreProblem) => void,
): Promise<{ moved: number; files: number }> {
  const release = takeLock(home);
  if (release === undefined) return { moved: 0, files: 0 };
  try {
    const segments = listSegments(journalFolder(home)).filter((segment) => segment.finished);
    const groups = new Map<string, Measurement[]>();
    let moved = 0;
    const damaged: string[] = [];
    for (const { path } of segments) {
      const measurements = readSegment(path, (problem) => {
        report(problem);
        damaged.push(path);
      });
      for (const measurement of measurements ?? []) {
        const folder = tableFolder(home, measurement.platform, subjectKey(measurement.subject).type);
        const group = groups.get(folder);
        if (group) group.push(measurement);
        else groups.set(folder, [measurement]);
        moved++;
      }
    }
    const existing = listTables(home);
    for (const [folder, measurements] of groups) {
      const older = existing.map((table) => table.path).filter((path) => join(path, "..") === folder);
      await fileAway(folder, measurements, older.length >= mergeAbove ? older : []);
    }
    for (const segment of segments) {
      // A damaged segment is kept aside: its unreadable lines are somebody's measurements.
      if (damaged.includes(segment.path)) renameSync(segment.path, `${segment.path}.damaged`);
      else removeSegment(segment);
    }
    return { moved, files: groups.size };
  } finally {
    release();
  }
}

/** Into one table with the older ones; where these cannot be read, into one of its own. */
async function fileAway(folder: string, measurements: readonly Measurement[], older: readonly string[]): Promise<void> {
  try {
    const written = await writeTable(folder, measurements, older);
    for (const path of older) if (path !== written) rmSync(path, { force: true });
  } catch (error) {
    if (older.length === 0) throw error;
    await writeTable(folder, measurements, []);
  }
}

/** Writing a lock takes no longer. */
const emptyLockMs = 5000;

/** One compaction at a time; a lock whose process is gone is taken over. Undefined when another one is at work. */
function takeLock(home: string): (() => void) | undefined {
  const folder = join(home, "measurements");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "compaction.lock");
  const mine = `${hostname()} ${process.pid}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      lock(path, mine);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (!isStale(path) || !takeAway(path)) return undefined;
    }
  }
  return undefined;
}

/** @throws Error `EEXIST` where there is one; a lock that did not fit on the disk is taken back. */
function lock(path: string, content: string): void {
  const file = openSync(path, "wx");
  try {
    naming(path, () => writeSync(file, content));
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Only one of several takes a dead process's lock away; a fresh lock that came in its place is put back. */
function takeAway(path: string): boolean {
  const aside = partOf(path);
  try {
    renameSync(path, aside);
    const wasStale = isStale(aside);
    if (!wasStale) linkSync(aside, path);
    rmSync(aside, { force: true });
    return wasStale;
  } catch {
    return false; // Another process was faster.
  }
}

function isStale(path: string): boolean {
  try {
    const [host, pid] = readFileSync(path, "utf8").split(" ");
    // Killed between making the lock and writing it; the clock may have been set back since.
    if (pid === undefined) return Math.abs(Date.now() - statSync(path).mtimeMs) > emptyLockMs;
    return host === hostname() && Number(pid) !== process.pid && !isAlive(Number(pid));
  } catch {
    return false; // Gone meanwhile: the next attempt takes it.
  }
}
