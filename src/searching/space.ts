/** The space that a user names, or has written in a file of his own, with the accuracy that such a file may tell. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LitepredError, sha256 } from "../base/index.js";
import type { AccuracyPredictor } from "../search/index.js";
import { type Architecture, createUserSpace, loadSpace, type Space, spaceNames } from "../spaces/index.js";

export interface SearchSpace {
  readonly space: Space;
  /** Of a file: its content, so that a search of an older version is not gone on with. */
  readonly version: string;
  /** Under which the store knows its networks. */
  readonly subjectPrefix: string;
  /** What the file exports as `accuracy`. */
  readonly accuracy?: AccuracyPredictor | undefined;
}

/** @throws LitepredError `unknown-name`, `unreadable-file`, `invalid-config`. */
export async function loadSearchSpace(nameOrFile: string): Promise<SearchSpace> {
  if (!/[./\\]/.test(nameOrFile)) return { space: await loadSpace(nameOrFile), version: "", subjectPrefix: nameOrFile };
  const module = await importFile(nameOrFile);
  const space = createUserSpace(module.default);
  const { accuracy } = module;
  const version = sha256(readFileSync(nameOrFile));
  return {
    space,
    version,
    subjectPrefix: `${space.name}@${version.slice(0, 12)}`,
    ...(typeof accuracy === "function" && {
      accuracy: accuracyBy(accuracy as AccuracyFunction, space.name, nameOrFile),
    }),
  };
}

type AccuracyFunction = (architecture: Architecture) => unknown;

/** Runs the user's own code, as he asked. */
async function importFile(file: string): Promise<{ readonly default?: unknown; readonly accuracy?: unknown }> {
  if (!existsSync(file))
    throw new LitepredError(
      "unreadable-file",
      `${file}: no such file`,
      `a JavaScript module, or one of ${spaceNames.join(", ")}`,
    );
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw new LitepredError("unreadable-file", `${file}: ${(error as Error).message}`, "give a JavaScript module");
  }
}

function accuracyBy(accuracyOf: AccuracyFunction, space: string, file: string): AccuracyPredictor {
  return {
    name: `${space} by its file`,
    space,
    predictAll: (architectures) =>
      architectures.map((architecture) => {
        const accuracy = accuracyOf(architecture);
        if (typeof accuracy !== "number" || !Number.isFinite(accuracy))
          throw new LitepredError(
            "invalid-config",
            `${file}: accuracy is ${accuracy}, not a number`,
            "top-1 in percent",
          );
        return { accuracy, lowAccuracy: accuracy, highAccuracy: accuracy };
      }),
  };
}
