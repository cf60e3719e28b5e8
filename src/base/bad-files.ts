/** A list of files is worked off to its end: one that cannot be used is a row of its own, not the end of the others. */
import { LitepredError } from "./errors.js";

export interface BadFile {
  readonly model: string;
  readonly failed: string;
  readonly hint: string;
  /** What a caller that wants no such rows throws; not part of what is printed. */
  readonly error: LitepredError;
}

/** What `use` gives, or why the file cannot be used. Faults of ours are thrown. */
export function badFileOf<T>(model: string, use: () => T): T | BadFile {
  try {
    return use();
  } catch (error) {
    if (error instanceof LitepredError) return badFile(model, error);
    throw error;
  }
}

/** `error` stays out of JSON. */
export function badFile(model: string, error: LitepredError): BadFile {
  const row = { model, failed: withoutPath(model, error.message), hint: error.hint };
  return Object.defineProperty(row as BadFile, "error", { value: error, enumerable: false });
}

/** The row names the file already. */
const withoutPath = (model: string, message: string) =>
  message.startsWith(`${model}: `) ? message.slice(model.length + 2) : message;

export const isBad = <T>(row: T | BadFile): row is BadFile =>
  typeof row === "object" && row !== null && (row as Partial<BadFile>).error instanceof LitepredError;
