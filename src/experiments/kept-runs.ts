/**
 * Results of earlier calls, kept in files: a call that is cut off goes on from there. A file's name, or what a run says of itself, tells
 * all that it depends on, so that a changed circumstance is another file or another run.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { saveWhole, sha256, stableJson } from "../base/index.js";

export interface KeptRuns<Run> {
  /** In the order in which they were done. */
  readonly runs: readonly Run[];
  find(isWanted: (run: Run) => boolean): Run | undefined;
  /** The run that is kept; else the one that is done now, kept as soon as it ends. */
  findOrDo(isWanted: (run: Run) => boolean, run: () => Promise<Run>): Promise<Run>;
}

/** A file of `experiment` in the workspace. @param circumstances all that its content depends on */
export function keptFile(home: string, experiment: string, circumstances: object, prefix = ""): string {
  return join(home, "experiments", experiment, `${prefix}${sha256(stableJson(circumstances)).slice(0, 16)}.json`);
}

/** @param check of what the file has; default: the file is our own, and is taken as it is */
export function keptRuns<Run>(
  file: string,
  check: (content: unknown) => Run[] = (content) => content as Run[],
): KeptRuns<Run> {
  const runs = existsSync(file) ? check(JSON.parse(readFileSync(file, "utf8"))) : [];
  const find = (isWanted: (run: Run) => boolean) => runs.find(isWanted);
  return {
    runs,
    find,
    async findOrDo(isWanted, run) {
      const known = find(isWanted);
      if (known !== undefined) return known;
      const done = await run();
      runs.push(done);
      saveWhole(file, JSON.stringify(runs));
      return done;
    },
  };
}

/** How one value lies in a file. */
export interface KeptForm<T> {
  write(value: T): string | Uint8Array;
  /** @param file for messages */
  read(bytes: Uint8Array, file: string): T;
}

/** A value of the experiments' own, as JSON. */
const json: KeptForm<unknown> = {
  write: (value) => JSON.stringify(value),
  read: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};

/** What `make` gave once for this file. */
export async function keptValue<T>(
  file: string,
  make: () => Promise<T>,
  form: KeptForm<T> = json as KeptForm<T>,
): Promise<T> {
  if (existsSync(file)) return form.read(readFileSync(file), file);
  const value = await make();
  saveWhole(file, form.write(value));
  return value;
}
