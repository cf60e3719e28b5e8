import { outputWidth, wrapped } from "../fitting.js";
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
      const { kernelList, kernelTree } = await import("../kernel-text.js");
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
