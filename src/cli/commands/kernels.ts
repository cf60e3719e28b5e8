import { renderTable } from "../render.js";
import { modelOptions, type RegisterCommand } from "./command.js";
import { configText } from "./predict.js";

export const kernels: RegisterCommand = (program, run) => {
  const command = program
    .command("kernels")
    .description("the kernels a model is run as by an engine")
    .argument("<model>", "ONNX or TFLite file")
    .option("--engine <name>", "whose fusion rules", "onnxruntime-node");
  modelOptions(command).action((model: string, options, source) =>
    run(source, async (context) => {
      const { listKernels } = await import("../../jobs/predict.js");
      const { engine, input: inputs = [], signature } = options;
      context.result(listKernels({ model, engine, inputs, signature }), (report) => {
        const rows = report.kernels.map((k) => [
          k.name,
          k.type,
          configText(k.config),
          (k.flops / 1e6).toFixed(2),
          (k.params / 1e3).toFixed(1),
        ]);
        const unsupported = report.unsupported.map((u) => `! ${u.node} (${u.operator}): ${u.reason}`);
        return [
          renderTable(["kernel", "type", "config", "MFLOPs", "k params"], rows),
          ...unsupported,
          ...report.assumed,
        ].join("\n");
      });
      return 0;
    }),
  );
};
