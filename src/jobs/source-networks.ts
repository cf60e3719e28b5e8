/**
 * The published network of each recorded source, trained once and kept in the workspace: minutes of training that the next
 * call need not repeat. The file's name is the hash of the table and of the recipe, so a changed table is a new source.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type ComputeBackend, LitepredError, sha256, stableJson } from "../base/index.js";
import { readSafetensors, writeSafetensors } from "../formats/safetensors/index.js";
import { featureNames, type KernelType } from "../kernels/index.js";
import { createLearner, type LearnerState, mlp16 } from "../learning/index.js";
import { type MeasuredTable, publishedSet } from "../transfer/index.js";

export interface SourceNetworkRequest {
  readonly home: string;
  readonly backend: ComputeBackend;
  readonly type: KernelType;
  readonly table: MeasuredTable;
  readonly signal?: AbortSignal;
  readonly onTraining?: (type: string, epoch: number, epochs: number) => void;
}

/** Trained on the whole table, seed 0. */
export async function sourceNetwork(request: SourceNetworkRequest): Promise<LearnerState> {
  const { home, backend, type, table, signal } = request;
  const folder = join(home, "source-networks");
  const path = join(folder, `${networkKey(type, table)}.safetensors`);
  if (existsSync(path)) return readState(path);
  const learner = await createLearner("mlp16", backend);
  const model = await learner.train(publishedSet(type, table.configs, table.latenciesMs), {
    seed: 0,
    ...(signal && { signal }),
    onProgress: ({ epoch, epochs }) => request.onTraining?.(type.name, epoch, epochs),
  });
  const state = model.toState();
  await model.release();
  mkdirSync(folder, { recursive: true });
  // Renamed into place: a killed run leaves no half file behind.
  const partial = `${path}.${process.pid}.part`;
  writeFileSync(partial, writeState(state));
  renameSync(partial, path);
  return state;
}

function networkKey(type: KernelType, { configs, latenciesMs }: MeasuredTable): string {
  return sha256(
    stableJson({
      type: type.name,
      features: featureNames(type, "published"),
      recipe: mlp16,
      configs,
      latencies: [...latenciesMs],
    }),
  );
}

const settingsSchema = z.record(z.string(), z.json());

function writeState({ learner, version, settings, arrays }: LearnerState): Uint8Array {
  return writeSafetensors({
    tensors: arrays,
    metadata: { learner, version: String(version), settings: JSON.stringify(settings) },
  });
}

function readState(path: string): LearnerState {
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  const settings = settingsSchema.safeParse(JSON.parse(metadata.settings ?? "null"));
  if (metadata.learner !== "network" || metadata.version !== "1" || !settings.success)
    throw new LitepredError("corrupt-artefact", `${path}: not a saved network`, "delete the file: it is trained again");
  return { learner: "network", version: 1, settings: settings.data, arrays: tensors };
}
