/** What will an engine run? The kernels of a model on ONNX Runtime with AVX-512. */
import { detectKernels, fusionRules, readModel } from "../src/index.js";

export function kernelsOf(bytes: Uint8Array): string[] {
  const graph = readModel(bytes);
  const { kernels, unsupported } = detectKernels(graph, fusionRules("onnxruntime", { nchwcBlock: 16 }));
  if (unsupported.length > 0) throw new Error(`no kernel for ${unsupported[0]!.operator}`);
  return kernels.map(({ type, config }) => `${type} ${JSON.stringify(config)}`);
}
