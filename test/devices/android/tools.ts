/** A folder of tools as a user makes it for LITEPRED_ANDROID_TOOLS, with the stand-ins that print recorded outputs. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packagePath } from "../../../src/base/index.js";

const here = (...parts: string[]) => packagePath("test", "devices", "android", ...parts);

/** A recorded output of a tool. */
export const recorded = (name: string): string => readFileSync(here("outputs", `${name}.txt`), "utf8");

/** @returns path of the folder; it has tflite@2.7, ncnn@20240410 and mindspore-lite@2.0.0 for arm64-v8a. */
export function makeToolsFolder(): string {
  const root = mkdtempSync(join(tmpdir(), "android-tools-"));
  const place = (from: string, ...to: string[]) => {
    const path = join(root, "arm64-v8a", ...to);
    mkdirSync(join(path, ".."), { recursive: true });
    copyFileSync(from, path);
    chmodSync(path, 0o755);
  };
  const tools = [
    ["tflite@2.7", "benchmark_model", "tflite", "tflite-profile"],
    ["ncnn@20240410", "benchncnn", "ncnn"],
    ["mindspore-lite@2.0.0", "benchmark", "mindspore-lite", "mindspore-lite-profile"],
  ] as const;
  for (const [folder, binary, ...outputs] of tools) {
    place(here("tools", binary), folder, binary);
    place(here("tools", "common.sh"), folder, "common.sh");
    for (const output of outputs) place(here("outputs", `${output}.txt`), folder, `${output}.txt`);
  }
  place(here("outputs", "ncnn.txt"), "mindspore-lite@2.0.0", "libmindspore-lite.so");
  place(here("tools", "converter_lite"), "mindspore-lite@2.0.0", "host", "converter_lite");
  return root;
}
