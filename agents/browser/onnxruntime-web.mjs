/**
 * onnxruntime-web: WebAssembly on the CPU (in Node and in a page), WebGPU (in a page). The WebAssembly build has no file
 * system; its profiler prints what it has recorded when profiling ends.
 */
import { createSession, elements, Rejected, takePrinted } from "./protocol.mjs";

export const modules = {
  "onnxruntime-web/wasm": "onnxruntime-web/dist/ort.wasm.min.mjs",
  "onnxruntime-web/webgpu": "onnxruntime-web/dist/ort.webgpu.min.mjs",
};

export const start = (host) => createSession(open, host);

async function open(host) {
  const builds = new Map();
  /** One build for a process: the package keeps its WebAssembly module in a global. */
  const build = async (settings) => {
    const gpu = settings.processor === "gpu";
    const name = host.name === "node" ? "onnxruntime-web" : `onnxruntime-web/${gpu ? "webgpu" : "wasm"}`;
    if (!builds.has(name)) {
      const ort = await host.load(name);
      ort.env.wasm.numThreads = Number(settings.options.threads ?? 1);
      ort.env.wasm.proxy = false;
      builds.set(name, ort);
    }
    return builds.get(name);
  };
  return {
    version: await host.version("onnxruntime-web"),
    host: host.describe,
    async prepare(bytes, profile, settings) {
      const ort = await build(settings);
      takePrinted();
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: [settings.processor === "gpu" ? "webgpu" : "wasm"],
        graphOptimizationLevel: settings.options.level ?? "all",
        executionMode: "sequential",
        logSeverityLevel: 3,
        enableProfiling: profile,
      });
      return createModel(ort, session, profile);
    },
  };
}

function createModel(ort, session, profile) {
  const inputs = session.inputMetadata
    .filter((input) => input.isTensor)
    .map(({ name, type, shape }) => ({ name, type, shape: shape.map((n) => (typeof n === "number" ? n : 1)) }));
  const feeds = {};
  let results = {};
  return {
    inputs,
    feed(arrays) {
      for (const [name, values] of Object.entries(arrays)) {
        const { type, shape } = inputs.find((input) => input.name === name);
        if (values.length !== elements(shape)) throw new Rejected(`${name}: ${values.length} values for ${shape}`);
        feeds[name] = new ort.Tensor(type, values, shape);
      }
    },
    async invoke() {
      results = await session.run(feeds);
    },
    outputs: () => Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data])),
    ...(profile ? { operators: () => profiledOperators(session) } : {}),
    release: () => session.release(),
  };
}

const suffix = "_kernel_time";

function profiledOperators(session) {
  takePrinted();
  session.endProfiling();
  const text = takePrinted().join("\n");
  const events = JSON.parse(text.slice(text.indexOf("["), text.lastIndexOf("]") + 1));
  const byName = new Map();
  for (const event of events) {
    if (event.cat !== "Node" || !event.name.endsWith(suffix)) continue;
    const name = event.name.slice(0, -suffix.length);
    if (byName.has(name)) byName.get(name).push(event);
    else byName.set(name, [event]);
  }
  return [...byName].map(([name, runs]) => ({
    name,
    operator: runs[0].args.op_name,
    inputShapes: shapesOf(runs[0].args.input_type_shape),
    outputShapes: shapesOf(runs[0].args.output_type_shape),
    timesMs: runs.map(({ dur }) => dur / 1000),
  }));
}

const shapesOf = (shapes = []) => shapes.map((shape) => Object.values(shape)[0] ?? []);
