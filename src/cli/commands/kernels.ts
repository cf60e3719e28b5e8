import { renderTable } from "../render.js";
import { collect, type RegisterCommand } from "./command.js";
import { configText } from "./predict.js";

export const kernels: RegisterCommand = (program, run) => {
  program
    .command("kernels")
    .description("the kernels a model is run as by an engine")
    .argument("<model>", "ONNX or TFLite file")
    .option("--engine <name>", "whose fusion rules", "onnxruntime-node")
    .option("--input <name=shape>", "shape of a model input, in the file's order of axes (repeatable)", collect)
    .action((model: string, options, command) =>
      run(command, async (context) => {
        const { listKernels } = await import("../../jobs/predict.js");
        context.result(listKernels({ model, engine: options.engine, inputs: options.input ?? [] }), (report) => {
          const rows = report.kernels.map((k) => [
            k.name,
            k.type,
            configText(k.config),
            (k.flops / 1e6).toFixed(2),
            (k.params / 1e3).toFixed(1),
          ]);
          const unsupported = report.unsupported.map((u) => `! ${u.node} (${u.operator}): ${u.reason}`);
          return [renderTable(["kernel", "type", "config", "MFLOPs", "k params"], rows), ...unsupported].join("\n");
        });
        return 0;
      }),
    );
};
