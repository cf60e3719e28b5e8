/**
 * What every engine written in JavaScript shares, in Node and in a page: requests and answers of src/engines/process/wire.ts,
 * and how a model is timed. Runs end by the same rule as in src/engines/estimate.ts. No dependency; no Node module.
 *
 * An agent is a file that exports `open(host)` and returns `{ version, host, prepare(bytes, profile, settings) }`; a
 * prepared model has `inputs` ([{name, type, shape}]), `feed(arrays)`, `invoke()`, `outputs()`, `release()`, and
 * `operators(skip)` where the engine times its operators. A host has
 *   name               "node" or "chromium"
 *   load(module)       imports a module of the engine's package
 *   url(path)          where a file of node_modules is: a path in Node, a URL in a page
 *   read(model)        bytes of a model file
 *   stopwatch(threads) { start(), stop() → ms, disturbed }
 */

const fewestRuns = 3;
const fewestForTolerance = 10;
/** With fewer undisturbed runs than this, the disturbed ones count too. */
const fewestUndisturbed = 3;
/** How much longer than its plan a session may wait for undisturbed runs. */
const patienceMs = 2000;

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
      models.set(++handles, { model, threads: Number(settings.options.threads ?? 1) });
      return { handle: handles };
    },
    async time(request) {
      const { wallMs, counted } = await timed(request);
      return { wallMs: counted.map((run) => wallMs[run]) };
    },
    async timeOperators(request) {
      const { model } = known(request);
      if (!model.operators) throw new Rejected("the engine has no times by operator, or was not asked for them");
      const { wallMs, counted } = await timed(request);
      const pick = (times) => counted.map((run) => times[run]);
      const operators = model.operators(request.plan.warmup).map((o) => ({ ...o, timesMs: pick(o.timesMs) }));
      return { wallMs: pick(wallMs), operators };
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
  async function timed(request) {
    const { model, threads } = known(request);
    const { plan } = request;
    const watch = host.stopwatch(threads);
    for (let i = 0; i < plan.warmup; i++) await model.invoke();
    const wallMs = [];
    const undisturbed = [];
    const started = performance.now();
    do {
      watch.start();
      await model.invoke();
      wallMs.push(watch.stop());
      if (!watch.disturbed) undisturbed.push(wallMs.length - 1);
    } while (
      !enough(
        undisturbed.map((run) => wallMs[run]),
        wallMs.length,
        performance.now() - started,
        plan,
      )
    );
    return { wallMs, counted: undisturbed.length < fewestUndisturbed ? wallMs.map((_, run) => run) : undisturbed };
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

function enough(times, runs, elapsedMs, plan) {
  if (times.length >= plan.runs) return true;
  if (runs < fewestRuns) return false;
  if (elapsedMs >= plan.maxMs + patienceMs) return true;
  if (times.length < fewestRuns) return false;
  if (elapsedMs >= plan.maxMs) return true;
  if (plan.tolerance <= 0 || times.length < fewestForTolerance) return false;
  const cut = times.length >> 2;
  const middle = [...times].sort((a, b) => a - b).slice(cut, times.length - cut);
  const mean = middle.reduce((total, time) => total + time, 0) / middle.length;
  const variance = middle.reduce((total, time) => total + (time - mean) ** 2, 0) / (middle.length - 1);
  return Math.sqrt(variance / middle.length) / mean < plan.tolerance;
}

export const elements = (shape) => shape.reduce((product, size) => product * size, 1);

const arrays = {
  float32: Float32Array,
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
  if (type !== "float32") return values;
  let state = 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** 31;
  }
  return values;
}

function create(type, count) {
  if (!arrays[type]) throw new Rejected(`no values for an input of type ${type}`);
  return new arrays[type](count);
}

function typed(type, floats) {
  if (type === "float32") return floats;
  const values = create(type, floats.length);
  const convert = type.endsWith("64") ? (value) => BigInt(Math.round(value)) : (value) => value;
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
