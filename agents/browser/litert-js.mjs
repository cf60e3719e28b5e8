/**
 * LiteRT.js, in a page: XNNPACK in WebAssembly on the CPU, WebGPU. A run on WebGPU includes the way of the inputs there and
 * of the outputs back.
 */
import { createSession, elements, Rejected } from "./protocol.mjs";
import { createBorder, notesIn, transpose } from "./tflite.mjs";

export const modules = {
  "@litertjs/core": "@litertjs/core/dist/index.js",
  "@litertjs/wasm-utils": "@litertjs/wasm-utils/dist/index.js",
};

export const start = (host) => createSession(open, host);

async function open(host) {
  let loaded;
  /** One build for a process: the package keeps it in a global. JSPI lets WebGPU leave to the CPU what it does not have. */
  const load = async ({ processor, options }) => {
    const litert = await host.load("@litertjs/core");
    const threads = processor === "cpu" && Number(options.threads ?? 1) > 1;
    await litert.loadLiteRt(host.url("@litertjs/core/wasm/"), { threads, jspi: processor === "gpu" });
    return litert;
  };
  return {
    version: await host.version("@litertjs/core"),
    host: host.describe,
    async prepare(bytes, _profile, settings) {
      loaded ??= load(settings);
      const litert = await loaded;
      const compiled = await litert.loadAndCompile(bytes, {
        accelerator: settings.processor === "gpu" ? "webgpu" : "wasm",
        cpuOptions: { numThreads: Number(settings.options.threads ?? 1) },
        gpuOptions: { precision: "fp32" },
      });
      if (settings.processor === "gpu" && compiled.options.accelerator !== "webgpu")
        throw new Rejected("WebGPU does not have all of the model; all of it would run on the CPU");
      return createModel(litert, compiled, notesIn(bytes));
    },
  };
}

function createModel(litert, compiled, { layouts = {}, outputs = [] }) {
  const ins = compiled.getInputDetails().map((detail) => createBorder(detail, detail.name, layouts));
  const outs = compiled
    .getOutputDetails()
    .map((detail, at) => createBorder(detail, outputs[at] ?? detail.name, layouts));
  const feeds = [];
  let results = [];
  const discardResults = () => {
    for (const tensor of results) tensor.delete();
    results = [];
  };
  return {
    inputs: ins,
    feed(arrays) {
      for (const [name, values] of Object.entries(arrays)) {
        const at = ins.findIndex((input) => input.name === name);
        const { shape, stored, perm } = ins[at];
        if (values.length !== elements(shape)) throw new Rejected(`${name}: ${values.length} values for ${shape}`);
        feeds[at]?.delete();
        feeds[at] = new litert.Tensor(transpose(values, shape, perm), stored);
      }
    },
    async invoke() {
      discardResults();
      results = await compiled.run(feeds);
      // WebGPU works on after the call: it is through when what it computed has arrived.
      for (const [at, tensor] of results.entries())
        if (tensor.accelerator !== "wasm") results[at] = await tensor.moveTo("wasm");
    },
    outputs: () =>
      Object.fromEntries(
        results.map((tensor, at) => {
          const { name, stored, back } = outs[at];
          return [name, transpose(tensor.toTypedArray(), stored, back)];
        }),
      ),
    release() {
      discardResults();
      for (const tensor of feeds) tensor.delete();
      compiled.delete();
    },
  };
}
