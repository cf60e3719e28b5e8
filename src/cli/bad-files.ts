/** Files of a list that could not be used: a row in the table, the reason below it, exit code 2 at the end. */
import { type BadFile, isBad } from "../base/index.js";
import { outputWidth, wrapped } from "./fitting.js";

/** The usable rows. @throws the error of a single file that is bad: there is no list to go on with. */
export function usable<T>(rows: readonly (T | BadFile)[], files: number): T[] {
  const only = rows[0];
  if (files === 1 && only !== undefined && isBad(only)) throw only.error;
  return rows.filter((row): row is T => !isBad(row));
}

export const badOf = <T>(rows: readonly (T | BadFile)[]): BadFile[] => rows.filter((row) => isBad(row));

/** What stands in a table in place of numbers. */
export const failedCell = "failed, see below";

export const reasons = (
  failed: readonly { readonly model: string; readonly failed: string; readonly hint?: string }[],
) =>
  failed.flatMap(({ model, failed: reason, hint }) => [
    ...wrapped(`! ${model}: ${reason}`, outputWidth()),
    ...(hint ? wrapped(hint, outputWidth(), "  ") : []),
  ]);
