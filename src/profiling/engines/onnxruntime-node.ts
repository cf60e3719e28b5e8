/**
 * ONNX Runtime's CPU provider through the npm package `onnxruntime-node`. Kernels are timed by its profiler inside a
 * model that packs many of them: alone, a kernel would pay layout reorders and tensor I/O that it does not cost inside a model.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { LitepredError } from "../../base/index.js";
import type { Engine, EngineDescription } from "../contract.js";
import { startChildEngine } from "../running.js";
import { checkSettings } from "../settings.js";

const levels = ["all", "extended", "basic", "disabled"] as const;

/** @param packageName an npm alias of onnxruntime-node, for other versions side by side */
export function createOnnxRuntimeNode(packageName = "onnxruntime-node"): Engine {
  const describe = async (): Promise<EngineDescription> => ({
    name: "onnxruntime-node",
    version: installedVersion(packageName),
    processors: ["cpu"],
    precisions: ["fp32", "int8"],
    options: [
      { name: "threads", summary: "threads inside an operator", default: "1" },
      { name: "level", summary: "graph optimisation level", default: "all", choices: levels },
    ],
    format: "onnx",
    kernelTiming: "profiler",
  });
  return {
    name: "onnxruntime-node",
    describe,
    async start(settings) {
      checkSettings(await describe(), settings);
      const child = fileURLToPath(new URL("./onnxruntime-node-child.js", import.meta.url));
      return startChildEngine({ command: process.execPath, args: [child, packageName] }, settings, "onnx");
    },
  };
}

export function installedVersion(packageName: string): string {
  try {
    const require = createRequire(import.meta.url);
    return (require(`${packageName}/package.json`) as { version: string }).version;
  } catch {
    throw new LitepredError("engine-unavailable", `${packageName} is not installed`, `npm install ${packageName}`);
  }
}

/** The engine under its usual name. */
export const engine: Engine = createOnnxRuntimeNode();
