/** What every command gets: the workspace, where output goes, and a signal that Ctrl-C aborts. */
import { resolve } from "node:path";
import type { Command } from "commander";

export interface CliContext {
  /** Absolute path of the workspace. */
  readonly home: string;
  /** One JSON document on stdout; everything else goes to stderr. */
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Prints the result: `value` as JSON with --json, else `text(value)`. */
  result<T>(value: T, text: (value: T) => string): void;
  /** A line for people, on stderr. */
  note(line: string): void;
}

export function createContext(command: Command, signal: AbortSignal): CliContext {
  const { home, json } = command.optsWithGlobals<{ home?: string; json?: boolean }>();
  return {
    home: resolve(home ?? process.env.LITEPRED_HOME ?? ".litepred"),
    json: json === true,
    signal,
    result: (value, text) => void process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text(value)}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
  };
}
