/**
 * Models trained on recorded sources, once, and kept in the workspace: minutes that the next call need not repeat. A file's
 * name is the hash of all that the model depends on, so a changed table or recipe is another file.
 */
import { join } from "node:path";
import { z } from "zod";
import { LitepredError, sha256, stableJson } from "../../base/index.js";
import { readSafetensors, writeSafetensors } from "../../formats/safetensors/index.js";
import type { LearnerState } from "../../learning/index.js";
import { type KeptForm, keptValue } from "../kept-runs.js";

/** `subject`: everything that the result of `train` depends on. Only models whose arrays are single precision or integers. */
export const keptModel = (home: string, subject: unknown, train: () => Promise<LearnerState>): Promise<LearnerState> =>
  keptValue(join(home, "source-models", `${sha256(stableJson(subject))}.safetensors`), train, safetensors);

const headSchema = z.object({
  learner: z.enum(["network", "gaussian-process", "ridge", "boosted-trees"]),
  version: z.literal(1),
  settings: z.record(z.string(), z.json()),
});

const safetensors: KeptForm<LearnerState> = {
  write: ({ arrays, ...head }) => writeSafetensors({ tensors: arrays, metadata: { state: JSON.stringify(head) } }),
  read(bytes, file) {
    const { tensors, metadata } = readSafetensors(bytes);
    const head = headSchema.safeParse(JSON.parse(metadata.state ?? "null"));
    if (head.success) return { ...head.data, arrays: tensors };
    throw new LitepredError("corrupt-artefact", `${file}: not a kept model`, "delete the file: it is trained again");
  },
};
