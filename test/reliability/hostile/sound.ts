/** What hostile files are made of and held beside: a small model, and the smallest predictor that ships. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packagePath } from "../../../src/base/index.js";
import { openPool } from "../../../src/pool/index.js";
import { node, onnxModel, value } from "../../contracts/onnx-model.js";
import type { Sound } from "./cases.js";

export function soundFiles(folder: string): Sound {
  const model = join(folder, "sound.onnx");
  writeFileSync(model, onnxModel({ inputs: [value("x", [1, 3, 8, 8])], nodes: [node("Relu", ["x"], ["y"])] }));
  const { entries } = openPool(packagePath("no-home")).list();
  const named = entries.filter(({ platform }) => /xeon.*cpu.*fp32$/.test(platform));
  const { file, platform } = (named.length > 0 ? named : entries).sort((a, b) => a.sizeBytes - b.sizeBytes)[0]!;
  return { model, predictor: file, platform };
}
