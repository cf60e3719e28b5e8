import { outputWidth, wrapped } from "../fitting.js";
import { collect, type RegisterCommand } from "./command.js";

export const kernels: RegisterCommand = (program, run) => {
  program
    .command("kernels")
    .description("the kernels a model is run as by an engine")
    .argument("<model>", "ONNX or TFLite file")
    .option("--engine <name>", "whose fusion rules", "onnxruntime-node")
    .option("--input <name=shape>", "shape of a model input, in the file's order of axes (repeatable)", collect)
    .option("--tree", "by the blocks that the names of the nodes tell")
    .action((model: string, options, command) =>
      run(command, async (context) => {
        const { listKernels } = await import("../../jobs/predict.js");
        const { kernelList, kernelTree } = await import("../kernel-text.js");
        const report = listKernels({ model, engine: options.engine, inputs: options.input ?? [] });
        context.result(report, () =>
          [
            options.tree === true ? kernelTree(report, outputWidth()) : kernelList(report),
            ...report.unsupported.flatMap((u) => wrapped(`! ${u.node} (${u.operator}): ${u.reason}`)),
          ].join("\n"),
        );
        return 0;
      }),
    );
};
