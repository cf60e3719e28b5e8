/**
 * Models trained on recorded sources, once, and kept in the workspace: minutes that the next call need not repeat. A file's
 * name is the hash of all that the model depends on, so a changed table or recipe is another file.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LitepredError, saveWhole, sha256, stableJson } from "../../base/index.js";
import { readSafetensors, writeSafetensors } from "../../formats/safetensors/index.js";
import type { LearnerState } from "../../learning/index.js";

/** `subject`: everything that the result of `train` depends on. Only models whose arrays are single precision or integers. */
export async function keptModel(
  home: string,
  subject: unknown,
  train: () => Promise<LearnerState>,
): Promise<LearnerState> {
  const folder = join(home, "source-models");
  const path = join(folder, `${sha256(stableJson(subject))}.safetensors`);
  if (existsSync(path)) return readState(path);
  const state = await train();
  saveWhole(path, writeState(state));
  return state;
}

const headSchema = z.object({
  learner: z.enum(["network", "gaussian-process", "ridge", "boosted-trees"]),
  version: z.literal(1),
  settings: z.record(z.string(), z.json()),
});

function writeState({ arrays, ...head }: LearnerState): Uint8Array {
  return writeSafetensors({ tensors: arrays, metadata: { state: JSON.stringify(head) } });
}

function readState(path: string): LearnerState {
  const { tensors, metadata } = readSafetensors(readFileSync(path));
  const head = headSchema.safeParse(JSON.parse(metadata.state ?? "null"));
  if (head.success) return { ...head.data, arrays: tensors };
  throw new LitepredError("corrupt-artefact", `${path}: not a kept model`, "delete the file: it is trained again");
}
