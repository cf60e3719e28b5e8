/** What every command gets: the workspace, where output goes, and a signal that Ctrl-C aborts. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { LitepredError, nearest } from "../base/index.js";

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
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const given = home ?? process.env.LITEPRED_HOME;
  if (given !== undefined) checkHome(resolve(given), note);
  return {
    home: resolve(given ?? ".litepred"),
    json: json === true,
    signal,
    result: (value, text) => void process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text(value)}\n`),
    note,
  };
}

/** A workspace is made when something is kept in it, so one that is not there may be new, or a slip. @throws LitepredError for a file */
function checkHome(home: string, note: (line: string) => void): void {
  const found = statSync(home, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const hint = "name a folder (--home, or LITEPRED_HOME)";
  if (found !== undefined) throw new LitepredError("file-system", `the workspace ${home} is not a folder`, hint);
  const meant = nearest(basename(home), workspacesIn(dirname(home)));
  const alike = meant === undefined ? "" : `; did you mean ${resolve(dirname(home), meant)}?`;
  note(`there is no workspace ${home} yet${alike}`);
}

/** Folders that look like one: what commands make there. */
function workspacesIn(folder: string): string[] {
  const isWorkspace = (name: string) =>
    ["measurements", "pool", "engines", "references.json"].some((part) => existsSync(join(folder, name, part)));
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isWorkspace(entry.name)).map(({ name }) => name);
  } catch {
    return [];
  }
}
