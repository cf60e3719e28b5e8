/**
 * The one error type for a caller's fault or an unsupported request, and the assertion for our own bugs.
 * A device that cannot run a kernel is data (`status: "failed"`), never an exception: see profiling.
 */
import { shortWords } from "./text.js";

export type ErrorCode =
  | "bad-usage"
  | "unreadable-file"
  | "invalid-model"
  | "unsupported-operator"
  | "invalid-config"
  | "invalid-table"
  | "unknown-platform"
  | "unknown-kernel-type"
  | "unknown-name"
  | "no-predictor"
  | "no-data"
  | "engine-unavailable"
  | "file-system"
  | "corrupt-artefact"
  | "limit-exceeded"
  | "interrupted";

/** Of a word in a message, characters: no path is longer that an engineer reads. Choice. */
const longestWord = 1000;

/** What went wrong, the values that show it, and a hint that can be acted on. The CLI exits with 2 on it. */
export class LitepredError extends Error {
  override readonly name = "LitepredError";
  readonly hint: string;
  constructor(
    readonly code: ErrorCode,
    message: string,
    hint = "",
    readonly values: Readonly<Record<string, unknown>> = {},
  ) {
    super(shortWords(message, longestWord));
    this.hint = shortWords(hint, longestWord);
  }
}

/** @throws Error whose message starts with `internal:` when `condition` is false: a bug of ours, not of the caller. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}
