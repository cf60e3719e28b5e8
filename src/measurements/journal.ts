/**
 * The journal: one JSON-lines file for each writing process. A line is handed to the operating system at once, so that
 * `kill -9` loses nothing, and forced to disk within a second, so that a power cut loses a second. A torn last line is
 * what a crash leaves and is passed over; any other unreadable line is reported.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive, naming } from "../base/index.js";
import { type Measurement, measurementSchema } from "./measurement.js";

/** So much is lost at most when the machine loses power. Choice. */
const syncEveryMs = 500;
let opened = 0;

export interface Journal {
  append(measurement: Measurement): void;
  sync(): Promise<void>;
  /** Ends this segment: it may be compacted from now on. The next append starts another. */
  finish(): Promise<void>;
}

/** Segment names say who writes them, so that others can tell a finished segment from a live one. */
export function openJournal(folder: string): Journal {
  let file: number | undefined;
  let path = "";
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    mkdirSync(folder, { recursive: true });
    path = join(
      folder,
      `${Date.now().toString(36)}-${opened++}${randomBytes(3).toString("hex")}.${hostname()}.${process.pid}.jsonl`,
    );
    // "ax": two writers never share a segment, whatever the clock says.
    file = openSync(path, "ax");
    live.add(path);
    return file;
  };
  const sync = () => {
    clearTimeout(timer);
    timer = undefined;
    const current = file;
    if (current === undefined) return Promise.resolve();
    return new Promise<void>((resolve, reject) => fdatasync(current, (error) => (error ? reject(error) : resolve())));
  };
  return {
    append(measurement) {
      const line = `${JSON.stringify(measurement)}\n`;
      const to = file ?? start();
      naming(path, () => writeLine(to, line));
      timer ??= setTimeout(() => void sync().catch(() => {}), syncEveryMs).unref();
    },
    sync,
    async finish() {
      await sync();
      if (file === undefined) return;
      closeSync(file);
      file = undefined;
      live.delete(path);
    },
  };
}

/** A line that did not fit on the disk is taken back as a whole, so that none is torn in the middle of a segment. */
function writeLine(file: number, line: string): void {
  const bytes = Buffer.from(line);
  const { size } = fstatSync(file);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

/** Segments this process is writing. */
const live = new Set<string>();

export interface Segment {
  readonly path: string;
  /** No process writes to it any more. */
  readonly finished: boolean;
}

/** Segments of all processes, oldest first. */
export function listSegments(folder: string): Segment[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .map((name) => ({ path: join(folder, name), finished: isFinished(join(folder, name), name) }));
}

export function removeSegment(segment: Segment): void {
  rmSync(segment.path, { force: true });
}

function isFinished(path: string, name: string): boolean {
  if (live.has(path)) return false;
  const parts = name.split(".");
  const pid = Number(parts.at(-2));
  const host = parts.slice(1, -2).join(".");
  if (pid === process.pid && host === hostname()) return true;
  // Another machine's process cannot be asked whether it lives: its segments are left where they are, and read there.
  return host === hostname() && !isAlive(pid);
}

/** Measurements of a segment in the order of writing; undefined when it has been compacted away meanwhile. */
export function readSegment(
  path: string,
  report: (problem: { file: string; line: number; reason: string }) => void,
): Measurement[] | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const lines = text.split("\n");
  // After a complete last line comes "", after a torn one its beginning: not a record in either case.
  lines.pop();
  const found: Measurement[] = [];
  lines.forEach((line, index) => {
    const parsed = parseRecord(line);
    if (typeof parsed === "string") report({ file: path, line: index + 1, reason: parsed });
    else found.push(parsed);
  });
  return found;
}

/** The record, or the reason why it is none. */
function parseRecord(line: string): Measurement | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "not JSON";
  }
  const checked = measurementSchema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a measurement"}`;
}
