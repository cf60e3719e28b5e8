/**
 * ONNX Runtime through the npm package `onnxruntime-node`: its CPU provider, and on GPUs its WebGPU provider. On the CPU kernels
 * are timed by its profiler inside a model that packs many of them: alone, a kernel would pay layout reorders and tensor I/O that
 * it does not cost inside a model.
 */
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { LitepredError, packagePath } from "../base/index.js";
import type { Engine, EngineDescription } from "./contract.js";
import { pagesEnvironment, pagesOption } from "./process/pages.js";
import { startChildEngine } from "./process/running.js";
import { checkSettings } from "./settings.js";

const packageName = "onnxruntime-node";
const levels = ["all", "extended", "basic", "disabled"] as const;

/** @param location package name, or path of a package folder, of the version to run */
export function createOnnxRuntimeNode(location = packageName): Engine {
  const describe = async () => describeVersion(installedVersion(location));
  return {
    name: packageName,
    describe,
    async start(settings) {
      checkSettings(await describe(), settings);
      const child = packagePath("dist", "src", "engines", "onnxruntime-node-child.js");
      const env = pagesEnvironment(settings);
      return startChildEngine({ command: process.execPath, args: [child, location], env }, settings, "onnx");
    },
  };
}

function describeVersion(version: string): EngineDescription {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  // The npm binding hands on `enableProfiling` in 1.23.0, and did not yet in 1.20.1.
  const hasProfiler = major > 1 || minor >= 23;
  // Its Linux package has had the WebGPU provider since 1.22; tried with 1.30.
  const hasWebGpu = major > 1 || minor >= 30;
  return {
    name: packageName,
    version,
    processors: hasWebGpu ? ["cpu", "gpu"] : ["cpu"],
    precisions: ["fp32", "int8"],
    options: [
      { name: "threads", summary: "threads inside an operator", default: "1" },
      { name: "level", summary: "graph optimisation level", default: "all", choices: levels },
      pagesOption,
    ],
    format: "onnx",
    kernelTiming: hasProfiler ? "profiler" : "isolated",
    ...(hasProfiler && { inModels: "nodes" as const }),
    ...(hasWebGpu && { kernelTimingOn: { gpu: "isolated" } }),
    timingReason: hasProfiler
      ? "Its profiler times the nodes of sampled whole models, each of which is one detected kernel; kernels that no sampled model has stand side by side in a model, between sources in the engine's own layout."
      : "This version hands out no times of nodes.",
  };
}

/**
 * The version asked for: the one litepred itself depends on, or one in the workspace beside it
 * (`engines/onnxruntime-node@VERSION`, a folder that npm installed into). "" is the former.
 */
export function findOnnxRuntimeNode(version: string, home: string): Engine {
  if (version === "" || version === installedVersion(packageName)) return createOnnxRuntimeNode();
  const folder = resolve(home, "engines", `${packageName}@${version}`);
  return createOnnxRuntimeNode(join(folder, "node_modules", packageName));
}

function installedVersion(location: string): string {
  const require = createRequire(import.meta.url);
  try {
    return (require(`${location}/package.json`) as { version: string }).version;
  } catch {
    const version = /@([^@/\\]+)[/\\]node_modules/.exec(location)?.[1];
    throw new LitepredError(
      "engine-unavailable",
      `${packageName}${version === undefined ? "" : `@${version}`} is not installed`,
      version === undefined ? `npm install ${packageName}` : `litepred engines install ${packageName}@${version}`,
    );
  }
}
