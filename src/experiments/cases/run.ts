/** Predicts and measures every model file of a folder, one by one: a file that cannot be read or run is a row, not the end. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { LitepredError, usualLevel } from "../../base/index.js";
import type { LocalPlatform } from "../../engines/index.js";
import { predictModels } from "../../jobs/predict.js";
import { openStore, type Store } from "../../measurements/index.js";
import { fileForEngine } from "../../measuring/index.js";
import { fileSubject, measureModels, protocol as protocolNamed } from "../../profiling/index.js";
import { openLocalPlatform, readModelFile } from "../../workspace/index.js";
import { type Case, type CasesReport, describeCases } from "./report.js";
import { settledOnnx } from "./settle.js";

export interface EvaluateCasesRequest {
  readonly home: string;
  /** Model files, and folders of them. */
  readonly paths: readonly string[];
  readonly platform: string;
  readonly protocol: string;
  /** `file:name=1x3x224x224`: shapes of inputs, for the files of that name. */
  readonly inputs: readonly string[];
  readonly signal?: AbortSignal | undefined;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export async function evaluateCases(request: EvaluateCasesRequest): Promise<CasesReport> {
  const local = await openLocalPlatform(request.platform, request.home);
  const files = request.paths.flatMap(modelsAt);
  const store = await openStore(request.home);
  const cases: Case[] = [];
  request.onStage?.("cases", files.length);
  try {
    for (const [i, file] of files.entries()) {
      cases.push(await lookAt(file, request, local, store));
      request.onProgress?.(i + 1, basename(file));
    }
  } finally {
    await store.close();
  }
  return describeCases({ platform: local.id, date: new Date().toISOString() }, cases);
}

function modelsAt(path: string): string[] {
  if (!existsSync(path))
    throw new LitepredError("unreadable-file", `${path}: no such file`, "a model file, or a folder");
  if (/\.(onnx|tflite)$/.test(path)) return [path];
  return readdirSync(path)
    .filter((name) => /\.(onnx|tflite)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function lookAt(path: string, request: EvaluateCasesRequest, local: LocalPlatform, store: Store): Promise<Case> {
  const model = basename(path);
  const inputs = [...inputsBeside(path), ...inputsFor(model, request.inputs)];
  const predicted = await predictOne(path, inputs, request.home, local.id);
  return { model, ...predicted, measured: await measureOne(path, inputs, request, local, store) };
}

/** `<file>.inputs` beside a model, one `name=shape` a line. */
const inputsBeside = (path: string): string[] =>
  existsSync(`${path}.inputs`)
    ? readFileSync(`${path}.inputs`, "utf8")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
    : [];

const inputsFor = (model: string, given: readonly string[]): string[] =>
  given.flatMap((text) => {
    const colon = text.indexOf(":");
    return text.slice(0, colon) === model ? [text.slice(colon + 1)] : [];
  });

async function predictOne(path: string, inputs: readonly string[], home: string, platform: string) {
  try {
    const [prediction] = await predictModels({ home, models: [path], platform, inputs, level: usualLevel, pools: [] });
    return { prediction: prediction! };
  } catch (error) {
    if (error instanceof LitepredError) return { refused: error.message };
    throw error;
  }
}

/** The file with its sizes stated, where the engine takes it as it is. */
function caseBytes(path: string, inputs: readonly string[], local: LocalPlatform): () => Uint8Array {
  const isPlain = path.endsWith(".onnx") && local.description.format === "onnx" && local.platform.precision !== "int8";
  if (!isPlain) return fileForEngine(path, local);
  try {
    const bytes = settledOnnx(path, readModelFile(path, inputs));
    return () => bytes;
  } catch {
    // What we refuse the engine may run.
    return fileForEngine(path, local);
  }
}

async function measureOne(
  path: string,
  inputs: readonly string[],
  { protocol, signal }: EvaluateCasesRequest,
  { platform, engine, ...local }: LocalPlatform,
  store: Store,
): Promise<NonNullable<Case["measured"]>> {
  try {
    const bytes = caseBytes(path, inputs, { platform, engine, ...local });
    const subject = fileSubject(basename(path), bytes);
    const models = [{ subject, bytes }];
    const settings = { protocol: protocolNamed(protocol), purpose: "test", again: true, signal } as const;
    const [measured] = await measureModels({ store, engine, platform, models, ...settings });
    const { outcome } = measured!;
    return outcome.status === "ok" ? { latencyMs: outcome.latencyMs } : { failed: outcome.message };
  } catch (error) {
    if (error instanceof LitepredError && error.code !== "interrupted") return { failed: error.message };
    throw error;
  }
}
