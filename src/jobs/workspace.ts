/** What jobs share: the platform that a user means, its engine, its fusion rules, and model files as graphs. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { LitepredError } from "../base/index.js";
import type { Engine, LocalPlatform } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { type FusionRules, type NchwcBlock, nchwcBlockOf } from "../kernels/index.js";
import type { Measurement } from "../measurements/index.js";
import {
  formatPlatformId,
  isLocal,
  type Platform,
  parsePlatformId,
  readCpuFacts,
  resolveLocal,
  vectorBits,
} from "../platforms/index.js";
import { openPool } from "../pool/index.js";
import { platformRules } from "../predictors/index.js";
import { readModel } from "../readers/index.js";

/** A platform of this machine or of an attached phone, ready to be measured; of any device where the engine is given. @throws LitepredError when it is another device or the engine is missing. */
export async function openLocalPlatform(wanted: string, home: string, given?: Engine): Promise<LocalPlatform> {
  const asked = parsePlatformId(wanted);
  if (given === undefined && !isLocal(asked))
    return (await import("../engines/index.js")).openAttachedPlatform(asked, home);
  const { loadEngine } = await import("../engines/index.js");
  const engine = given ?? (await loadEngine(asked.engine, { version: asked.version, home }));
  const description = await engine.describe();
  const platform = resolveLocal(asked, () => description.version);
  const id = formatPlatformId(platform);
  await adoptNominal(home, id);
  return { platform, id, engine, description };
}

/** Measurements here mean the same as those behind the platform's predictor in the pool, where it has one by the reference method. */
async function adoptNominal(home: string, id: string): Promise<void> {
  const { keepNominal, keptNominal } = await import("../profiling/index.js");
  if (keptNominal(home)[id] !== undefined) return;
  const { mobile, arithmetic } = openPool(home).nominalOf(id) ?? {};
  if (mobile !== undefined && arithmetic !== undefined) keepNominal(home, id, { mobile, arithmetic });
}

/** The full id of a platform without starting anything: `local` becomes this machine, a missing version the installed one. */
export async function resolvePlatformId(id: string, home: string): Promise<string> {
  const asked = parsePlatformId(id);
  if (!isLocal(asked) || asked.version !== "") return formatPlatformId(resolveLocal(asked));
  const { installedEngineVersion } = await import("../engines/index.js");
  const version = await installedEngineVersion(asked.engine, { home });
  return formatPlatformId(resolveLocal(asked, () => version ?? ""));
}

/** Channels per block of ONNX Runtime's layout on this machine. */
export function localNchwcBlock(): NchwcBlock {
  return nchwcBlockOf(vectorBits(readCpuFacts().flags));
}

/** The same of the machine that measured; of this one where the measurements do not tell. */
export function measuredNchwcBlock(measured: readonly Measurement[]): NchwcBlock {
  const bits = measured.find(({ conditions }) => conditions.vectorBits !== undefined)?.conditions.vectorBits;
  return bits === undefined ? localNchwcBlock() : nchwcBlockOf(bits);
}

/** Fusion rules of a platform, by default with the layout of this machine. */
export const rulesOf = (platform: Platform, nchwcBlock = localNchwcBlock()): FusionRules =>
  platformRules(platform, nchwcBlock);

/** Model files above this size are refused: protobuf's own limit is 2 GiB. */
const maxModelBytes = 2 ** 31;

/** Reads a model file; external data is looked for beside it, never outside its folder. @throws LitepredError naming the file. */
export function readModelFile(path: string, inputs: readonly string[] = []): Graph {
  const bytes = readModelBytes(path);
  const folder = dirname(resolve(path));
  try {
    return readModel(bytes, {
      name: basename(path),
      inputShapes: parseInputShapes(inputs),
      externalData(location) {
        const file = join(folder, location);
        if (relative(folder, file).startsWith("..") || !existsSync(file)) return undefined;
        return readFileSync(file);
      },
    });
  } catch (error) {
    if (error instanceof LitepredError)
      throw new LitepredError(error.code, `${path}: ${error.message}`, error.hint, { ...error.values, file: path });
    throw error;
  }
}

/** @throws LitepredError `unreadable-file`. */
export function readModelBytes(path: string): Uint8Array {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile())
    throw new LitepredError(
      "unreadable-file",
      `${path}: ${found ? "not a file" : "no such file"}`,
      "give the path of an .onnx or .tflite file",
    );
  if (found.size > maxModelBytes)
    throw new LitepredError("limit-exceeded", `${path}: ${found.size} bytes`, "store the weights as external data");
  return readFileSync(path);
}

/** `name=1x3x224x224` → shapes by name. @throws LitepredError `bad-usage`. */
export function parseInputShapes(inputs: readonly string[]): Record<string, number[]> {
  return Object.fromEntries(
    inputs.map((input) => {
      const match = /^(.+)=(\d+(?:[x,]\d+)*)$/.exec(input);
      if (match === null)
        throw new LitepredError("bad-usage", `--input ${input} is not name=shape`, "for example --input x=1x3x224x224");
      return [match[1]!, match[2]!.split(/[x,]/).map(Number)];
    }),
  );
}
