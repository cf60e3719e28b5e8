/** Paths of model files that a command is given. */
import { statSync } from "node:fs";
import { LitepredError } from "../base/index.js";

/** The same paths. @throws LitepredError `unreadable-file` for the first that is no file. */
export function existingFiles(paths: readonly string[]): readonly string[] {
  for (const path of paths)
    if (!statSync(path, { throwIfNoEntry: false })?.isFile())
      throw new LitepredError("unreadable-file", `${path}: no such file`, "give the path of an .onnx or .tflite file");
  return paths;
}
