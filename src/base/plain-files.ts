/** Files of others, read whole: what is none, or is larger than such a file can be, is refused before any of it is read. */
import { readFileSync, type Stats, statSync } from "node:fs";
import { type ErrorCode, LitepredError } from "./errors.js";
import { fileFault } from "./file-faults.js";

export interface PlainFileRules {
  readonly maxBytes: number;
  /** What to give instead. */
  readonly hint: string;
  /** What to do with one that is too large; default: `hint`. */
  readonly largeHint?: string | undefined;
  /** Of a file that is too large; default `unreadable-file`. */
  readonly largeCode?: ErrorCode | undefined;
}

/** Pipes and devices would keep the reader waiting, or never end. @throws LitepredError `unreadable-file`, or `largeCode`. */
export function checkPlainFile(path: string, { maxBytes, hint, largeHint, largeCode }: PlainFileRules): void {
  const found = statOf(path);
  if (found === undefined) throw new LitepredError("unreadable-file", `${path}: no such file`, hint);
  if (!found.isFile()) throw new LitepredError("unreadable-file", `${path}: ${kindOfFile(found)}, not a file`, hint);
  if (found.size > maxBytes)
    throw new LitepredError(
      largeCode ?? "unreadable-file",
      `${path}: ${found.size} bytes, more than the ${maxBytes} that are read`,
      largeHint ?? hint,
    );
}

/** @throws LitepredError as `checkPlainFile`. */
export function readPlainFile(path: string, rules: PlainFileRules): Uint8Array {
  checkPlainFile(path, rules);
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileFault(error, "unreadable-file") ?? error;
  }
}

/** @throws LitepredError as `checkPlainFile`. */
export const readPlainText = (path: string, rules: PlainFileRules): string =>
  new TextDecoder().decode(readPlainFile(path, rules));

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileFault(error, "unreadable-file") ?? error;
  }
}

/** Of what is no file. */
export const kindOfFile = (found: Stats): string =>
  found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";
