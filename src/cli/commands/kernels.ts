import { shortConfig } from "../../analysis/index.js";
import type { KernelReport } from "../../jobs/predict.js";
import { fittedTable, outputWidth, wrapped } from "../fitting.js";
import { kernelTree } from "../kernel-tree.js";
import { modelOptions, type RegisterCommand } from "./command.js";

export const kernels: RegisterCommand = (program, run) => {
  const command = program
    .command("kernels")
    .description("the kernels a model is run as by an engine")
    .argument("<model>", "ONNX or TFLite file")
    .option("--engine <name>", "whose fusion rules", "onnxruntime-node")
    .option("--tree", "by the blocks that the names of the nodes tell");
  modelOptions(command).action((model: string, options, source) =>
    run(source, async (context) => {
      const { listKernels } = await import("../../jobs/predict.js");
      const { engine, input: inputs = [], signature } = options;
      const report = listKernels({ model, engine, inputs, signature });
      context.result(report, () =>
        [
          options.tree === true ? kernelTree(report, outputWidth()) : kernelList(report),
          ...(report.assumed ?? []).flatMap((line) => wrapped(line)),
          ...report.unsupported.flatMap((u) => wrapped(`! ${u.node} (${u.operator}): ${u.reason}`)),
        ].join("\n"),
      );
      return 0;
    }),
  );
};

function kernelList({ kernels: found }: KernelReport): string {
  return fittedTable([
    { head: "kernel", cells: found.map(({ name }) => name), least: 20 },
    { head: "type", cells: found.map(({ type }) => type), least: 14, expendable: 2 },
    { head: "config", cells: found.map(({ config }) => shortConfig(config)), least: 22 },
    { head: "MFLOPs", cells: found.map(({ flops }) => (flops / 1e6).toFixed(2)) },
    { head: "k params", cells: found.map(({ params }) => (params / 1e3).toFixed(1)), expendable: 1 },
  ]);
}
