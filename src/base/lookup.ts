/** Looking names up that come from outside: only a table's own entries count, and a wrong name is answered with the nearest right one. */
import { type ErrorCode, LitepredError } from "./errors.js";

/** The table's entry of that name; undefined for what every object has, such as `constructor` or `toString`. */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The most alike of the names, where one is alike enough to have been meant: a third of its letters may differ. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best !== undefined && least <= Math.ceil(Math.max(name.length, best.length) / 3) ? best : undefined;
}

/** `did you mean "…"? `, or nothing: the front of a hint. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const meant = nearest(name, names);
  return meant === undefined ? "" : `did you mean "${meant}"? `;
}

/** The error for a name that a table lacks: `there is no WHAT "NAME"`, the nearest right one, and all there are. */
export function unknownName(
  what: string,
  name: string,
  names: readonly string[],
  code: ErrorCode = "unknown-name",
): LitepredError {
  return new LitepredError(
    code,
    `there is no ${what} "${name}"`,
    `${didYouMean(name, names)}There are ${names.join(", ")}.`,
    { name },
  );
}

/** Levenshtein's, of the first 200 characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: Math.min(b.length, 200) + 1 }, (_, j) => j);
  for (let i = 1; i <= Math.min(a.length, 200); i++) {
    const next = [i];
    for (let j = 1; j < row.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
