/**
 * What every engine written in JavaScript shares, in Node and in a page: requests and answers of src/engines/process/wire.ts,
 * and how a model is timed. Runs end by the same rule as in src/engines/process/stopwatch.ts. No dependency; no Node module.
 *
 * An agent is a file that exports `open(host)` and returns `{ version, host, prepare(bytes, profile, settings) }`; a
 * prepared model has `inputs` ([{name, type, shape}]), `feed(arrays)`, `invoke()`, `outputs()`, `release()`, and
 * `operators()` (of all runs so far, warm-up included) where the engine times its operators. A host has
 *   name               "node" or "chromium"
 *   load(module)       imports a module of the engine's package
 *   url(path)          where a file of node_modules is: a path in Node, a URL in a page
 *   read(model)        bytes of a model file
 *   stopwatch(threads) { start(), stop() → ms }
 */

/** What engines print: in Node it would stand among the answers. Only the end is kept, unless someone collects. */
let printed = [];
for (const method of ["log", "info", "debug"])
  console[method] = (...parts) => {
    printed.push(parts.map(String).join(" "));
    if (printed.length > 1e6) printed = [];
  };

/** What was printed since the last call. */
export function takePrinted() {
  const lines = printed;
  printed = [];
  return lines;
}

/** Something that the engine does not take, or does not have. */
export class Rejected extends Error {}

/** Returns `answer(request)` → `{result}` or `{error}`; never throws. */
export async function createSession(open, host) {
  const engine = await open(host);
  const models = new Map();
  let handles = 0;
  const methods = {
    async describe({ settings }) {
      return { version: engine.version, ...(engine.host ? { host: await engine.host(settings) } : {}) };
    },
    async prepare({ model: path, profile, settings }) {
      const model = await engine.prepare(await host.read(path), profile, settings);
      model.feed(Object.fromEntries(model.inputs.map(({ name, type, shape }) => [name, seeded(type, shape)])));
      const watch = host.stopwatch(Number(settings.options.threads ?? 1));
      models.set(++handles, { model, watch, runs: 0, timed: [] });
      return { handle: handles };
    },
    async time(request) {
      const entry = known(request);
      const { model, watch } = entry;
      const { warmup, runs, maxMs } = request.plan;
      for (let i = 0; i < warmup; i++) await model.invoke();
      entry.runs += warmup;
      const wallMs = [];
      const started = performance.now();
      do {
        watch.start();
        await model.invoke();
        wallMs.push(watch.stop());
        entry.timed.push(entry.runs++);
      } while (wallMs.length < runs && performance.now() - started < maxMs);
      return { wallMs };
    },
    async operators(request) {
      const { model, timed } = known(request);
      if (!model.operators) throw new Rejected("the engine has no times by operator, or was not asked for them");
      return { operators: model.operators().map((o) => ({ ...o, timesMs: timed.map((run) => o.timesMs[run]) })) };
    },
    async run(request) {
      const { model } = known(request);
      const given = {};
      for (const [name, text] of Object.entries(request.inputs)) {
        const input = model.inputs.find((candidate) => candidate.name === name);
        if (!input) throw new Rejected(`the model has no input "${name}"`);
        given[name] = typed(input.type, decodeFloats(text));
      }
      model.feed(given);
      await model.invoke();
      const outputs = await model.outputs();
      return { outputs: Object.fromEntries(Object.entries(outputs).map(([name, all]) => [name, encodeFloats(all)])) };
    },
    async release(request) {
      const { model } = known(request);
      models.delete(request.handle);
      await model.release();
      return {};
    },
  };
  function known({ handle }) {
    const found = models.get(handle);
    if (!found) throw new Rejected(`no model ${handle}`);
    return found;
  }
  return async (request) => {
    try {
      return { result: await methods[request.method](request) };
    } catch (error) {
      const message = String(error?.message ?? error).slice(0, 2000);
      const outOfMemory = /out of memory|bad_alloc|Array buffer allocation failed|Failed to allocate/i.test(message);
      return { error: { reason: outOfMemory ? "out-of-memory" : "rejected", message } };
    }
  };
}

export const elements = (shape) => shape.reduce((product, size) => product * size, 1);

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  /** Bit patterns, as engines take them. */
  float16: Uint16Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** Uniform in ±1 for floats, zeros for indices and flags: values do not change dense arithmetic, denormals would. */
function seeded(type, shape) {
  const values = create(type, elements(shape));
  if (!type.startsWith("float")) return values;
  let state = 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = type === "float16" ? halfBits(state / 2 ** 31) : state / 2 ** 31;
  }
  return values;
}

/** As in src/engines/process/values.ts, for numbers of at most 1; what is too small for a normal one becomes 0. */
function halfBits(value) {
  const size = Math.abs(value);
  const exponent = Math.floor(Math.log2(size));
  if (exponent < -14) return 0;
  const mantissa = Math.min(1023, Math.max(0, Math.floor((size / 2 ** exponent - 1) * 1024)));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | mantissa;
}

function create(type, count) {
  if (!arrays[type]) throw new Rejected(`no values for an input of type ${type}`);
  return new arrays[type](count);
}

function typed(type, floats) {
  if (type === "float32") return floats;
  const values = create(type, floats.length);
  const isBig = type === "int64" || type === "uint64";
  const convert = isBig ? (value) => BigInt(Math.round(value)) : type === "float16" ? halfBits : (value) => value;
  for (let i = 0; i < floats.length; i++) values[i] = convert(floats[i]);
  return values;
}

/** Little-endian float32 as base64, as the wire has them. */
export function decodeFloats(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

export function encodeFloats(values) {
  const floats = Float32Array.from(values, Number);
  const bytes = new Uint8Array(floats.buffer);
  const parts = [];
  for (let i = 0; i < bytes.length; i += 8192) parts.push(String.fromCharCode(...bytes.subarray(i, i + 8192)));
  return btoa(parts.join(""));
}
