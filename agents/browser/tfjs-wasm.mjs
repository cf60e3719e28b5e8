/**
 * TensorFlow.js on WebAssembly, in Node. A .tflite model is run operator by operator, as its own graph models are: with the
 * operators that it has fused, weights prepared once, every tensor given back after its last use. What has no such
 * operator is refused by name. One thread: in Node it has no more.
 */
import { createSession, elements, Rejected } from "./protocol.mjs";
import { createBorder, notesIn, readTflite, transpose } from "./tflite.mjs";

export const modules = {};

export const start = (host) => createSession(open, host);

async function open(host) {
  const tf = await host.load("@tensorflow/tfjs-core");
  await host.load("@tensorflow/tfjs-backend-wasm");
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js has no WebAssembly here");
  return {
    version: await host.version("@tensorflow/tfjs-core"),
    host: host.describe,
    prepare: async (bytes) => createModel(tf, readTflite(bytes), notesIn(bytes)),
  };
}

function createModel(tf, graph, { layouts = {}, outputs = [] }) {
  const { tensors } = graph;
  const border = (index, name = tensors[index].name) =>
    createBorder({ ...tensors[index], dtype: tensors[index].type }, name, layouts);
  const ins = graph.inputs.map((index) => border(index));
  const outs = graph.outputs.map((index, at) => border(index, outputs[at]));
  const steps = graph.operators.map((operator) => compile(tf, operator, tensors));
  const lastUse = new Map(graph.operators.flatMap(({ inputs }, step) => inputs.map((index) => [index, step])));
  const kept = new Set([...graph.inputs, ...graph.outputs]);
  const expiring = graph.operators.map(({ inputs, outputs: made }, step) => [
    ...new Set([
      ...inputs.filter((index) => lastUse.get(index) === step && !kept.has(index) && !tensors[index]?.values),
      ...made.filter((index) => !lastUse.has(index) && !kept.has(index)),
    ]),
  ]);
  const values = new Map();
  const isProduced = new Set(graph.operators.flatMap((operator) => operator.outputs));
  return {
    inputs: ins,
    feed(given) {
      for (const [name, array] of Object.entries(given)) {
        const at = ins.findIndex((input) => input.name === name);
        const { shape, stored, perm, type } = ins[at];
        if (array.length !== elements(shape)) throw new Rejected(`${name}: ${array.length} values for ${shape}`);
        values.get(graph.inputs[at])?.dispose();
        values.set(graph.inputs[at], tf.tensor(transpose(array, shape, perm), stored, type));
      }
    },
    invoke() {
      for (const index of graph.outputs) if (isProduced.has(index)) values.get(index)?.dispose();
      for (const [step, run] of steps.entries()) {
        const { inputs, outputs: made } = graph.operators[step];
        // tidy() gives back what an operator is made of.
        const results = tf.tidy(() => run(inputs.map((index) => values.get(index))));
        for (const [i, index] of made.entries()) values.set(index, Array.isArray(results) ? results[i] : results);
        for (const index of expiring[step]) values.get(index)?.dispose();
      }
    },
    outputs: () =>
      Object.fromEntries(
        outs.map(({ name, stored, back }, at) => [
          name,
          transpose(values.get(graph.outputs[at]).dataSync(), stored, back),
        ]),
      ),
    release() {
      for (const tensor of values.values()) tensor?.dispose();
      for (const step of steps) step.release();
    },
  };
}

const paddings = ["same", "valid"];
/** By the format's numbers; 2 is the range ±1, which TensorFlow.js does not fuse. */
const activations = { 0: "linear", 1: "relu", 3: "relu6" };

/** An operator: given its inputs, computes its outputs. */
function compile(tf, { code, inputs, outputs, options }, tensors) {
  const row = operators[code];
  if (!row) throw new Rejected(`operator ${code} of the .tflite format has no form in TensorFlow.js`);
  const [name, build, activationSlot] = row;
  const refuse = (why) => {
    throw new Rejected(`${name} ${why} has no form in TensorFlow.js`);
  };
  for (const index of [...inputs, ...outputs])
    if (tensors[index] && !["float32", "int32"].includes(tensors[index].type)) refuse(`of ${tensors[index].type}`);
  const activation = activationSlot === undefined ? "linear" : activations[options.number(activationSlot, "Int8")];
  if (activation === undefined) refuse("with such an activation");
  const constants = new Map();
  const constant = (at, make = (values, shape) => tf.tensor(values, shape, tensors[inputs[at]].type)) => {
    const { values, shape } = tensors[inputs[at]] ?? {};
    if (values === undefined) return undefined;
    if (!constants.has(at)) constants.set(at, tf.keep(make(values, shape)));
    return constants.get(at);
  };
  const run = build(tf, {
    name,
    options,
    activation,
    refuse,
    constant,
    shapes: inputs.map((index) => tensors[index]?.shape),
    results: outputs.map((index) => tensors[index].shape),
    /** Whole numbers that must be known: shapes, axes. */
    numbers: (at) => [...(tensors[inputs[at]]?.values ?? refuse("with computed parameters"))],
  });
  const step = (given) => run(given.map((tensor, at) => tensor ?? constant(at)));
  return Object.assign(step, {
    release() {
      for (const tensor of constants.values()) tensor.dispose();
    },
  });
}

const strided = (options, w = 1, h = 2) => [options.number(h, "Int32"), options.number(w, "Int32")];

function conv(tf, { options, activation, constant, shapes, refuse }) {
  const [, kernel] = shapes;
  if (kernel[3] !== shapes[0][3]) refuse("with groups");
  // OHWI → HWIO
  const filter = constant(1, (values, shape) =>
    tf.tensor(
      transpose(values, shape, [1, 2, 3, 0]),
      [1, 2, 3, 0].map((axis) => shape[axis]),
    ),
  );
  if (!filter) refuse("with computed weights");
  const common = {
    filter,
    strides: strided(options),
    pad: paddings[options.number(0, "Int8")],
    dilations: [options.number(5, "Int32", 1), options.number(4, "Int32", 1)],
    activation,
  };
  return ([x, , bias]) => tf.fused.conv2d({ x, bias, ...common });
}

function depthwise(tf, { options, activation, constant, shapes, refuse }) {
  const channels = shapes[0][3];
  const filter = constant(1, (values, [, h, w, all]) => tf.tensor(values, [h, w, channels, all / channels]));
  if (!filter) refuse("with computed weights");
  const common = {
    filter,
    strides: strided(options),
    pad: paddings[options.number(0, "Int8")],
    dilations: [options.number(6, "Int32", 1), options.number(5, "Int32", 1)],
    activation,
  };
  return ([x, , bias]) => tf.fused.depthwiseConv2d({ x, bias, ...common });
}

function transposedConv(tf, { options, constant, results, refuse }) {
  // OHWI → HWOI
  const filter = constant(1, (values, shape) =>
    tf.tensor(
      transpose(values, shape, [1, 2, 0, 3]),
      [1, 2, 0, 3].map((axis) => shape[axis]),
    ),
  );
  if (!filter) refuse("with computed weights");
  const pad = paddings[options.number(0, "Int8")];
  return ([, , x]) => tf.conv2dTranspose(x, filter, results[0], strided(options), pad);
}

function fullyConnected(tf, { activation, constant, shapes, results, refuse }) {
  const [cout, cin] = shapes[1];
  const weights = constant(1, (values, shape) => tf.tensor(transpose(values, shape, [1, 0]), [cin, cout]));
  if (!weights) refuse("with computed weights");
  return ([x, , bias]) =>
    tf.reshape(tf.fused.matMul({ a: tf.reshape(x, [-1, cin]), b: weights, bias, activation }), results[0]);
}

const pool =
  (method) =>
  (tf, { options, activation }) => {
    const pad = paddings[options.number(0, "Int8")];
    const size = strided(options, 3, 4);
    return ([x]) => activated(tf, tf[method](x, size, strided(options), pad), activation);
  };

const activated = (tf, x, activation) => (activation === "linear" ? x : tf[activation](x));

const unary =
  (method) =>
  (tf) =>
  ([x]) =>
    tf[method](x);

const binary =
  (method) =>
  (tf, { activation }) =>
  ([a, b]) =>
    activated(tf, tf[method](a, b), activation);

const reduction =
  (method) =>
  (tf, { options, numbers }) => {
    const [axes, keepDims] = [numbers(1), options.number(0, "Uint8") !== 0];
    return ([x]) => tf[method](x, axes, keepDims);
  };

/** Pairs of before and after, by axis. */
const padding = ({ numbers, shapes }) => shapes[0].map((_, axis) => numbers(1).slice(2 * axis, 2 * axis + 2));

function pad(tf, operator) {
  const amounts = padding(operator);
  const [value = 0] = operator.shapes.length > 2 ? operator.numbers(2) : [];
  return ([x]) => tf.pad(x, amounts, value);
}

function mirrorPad(tf, operator) {
  const amounts = padding(operator);
  const mode = operator.options.number(0, "Int8") === 0 ? "reflect" : "symmetric";
  return ([x]) => tf.mirrorPad(x, amounts, mode);
}

function stridedSlice(tf, { numbers, options }) {
  if ([2, 3, 4].some((slot) => options.number(slot, "Int32") !== 0))
    throw new Rejected("STRIDED_SLICE with such masks");
  const [begin, end, step] = [numbers(1), numbers(2), numbers(3)];
  const [beginMask, endMask] = [options.number(0, "Int32"), options.number(1, "Int32")];
  return ([x]) => tf.stridedSlice(x, begin, end, step, beginMask, endMask);
}

const resize =
  (method, alignSlot) =>
  (tf, { numbers, options }) => {
    const size = numbers(1);
    const align = options.number(alignSlot, "Uint8") !== 0;
    const half = options.number(alignSlot + 1, "Uint8") !== 0;
    return ([x]) => tf.image[method](x, size, align, half);
  };

const hardSwish =
  (tf) =>
  ([x]) =>
    tf.mul(tf.mul(x, tf.relu6(tf.add(x, 3))), 1 / 6);
const gelu = (tf, { options, refuse }) => {
  if (options.number(0, "Uint8") !== 0) refuse("by tanh");
  return ([x]) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
};

/** By the number of the .tflite format: name, how it is run, slot of its fused activation. */
const operators = {
  0: ["ADD", binary("add"), 0],
  1: ["AVERAGE_POOL_2D", pool("avgPool"), 5],
  2: [
    "CONCATENATION",
    (tf, { options, activation }) =>
      (all) =>
        activated(tf, tf.concat(all, options.number(0, "Int32")), activation),
    1,
  ],
  3: ["CONV_2D", conv, 3],
  4: ["DEPTHWISE_CONV_2D", depthwise, 4],
  5: [
    "DEPTH_TO_SPACE",
    (tf, { options }) =>
      ([x]) =>
        tf.depthToSpace(x, options.number(0, "Int32")),
  ],
  8: ["FLOOR", unary("floor")],
  9: ["FULLY_CONNECTED", fullyConnected, 0],
  14: ["LOGISTIC", unary("sigmoid")],
  17: ["MAX_POOL_2D", pool("maxPool"), 5],
  18: ["MUL", binary("mul"), 0],
  19: ["RELU", unary("relu")],
  20: [
    "RELU_N1_TO_1",
    (tf) =>
      ([x]) =>
        tf.clipByValue(x, -1, 1),
  ],
  21: ["RELU6", unary("relu6")],
  22: [
    "RESHAPE",
    (tf, { results }) =>
      ([x]) =>
        tf.reshape(x, results[0]),
  ],
  23: ["RESIZE_BILINEAR", resize("resizeBilinear", 2)],
  25: ["SOFTMAX", unary("softmax")],
  28: ["TANH", unary("tanh")],
  34: ["PAD", pad],
  36: [
    "GATHER",
    (tf, { options }) =>
      ([x, indices]) =>
        tf.gather(x, indices, options.number(0, "Int32"), options.number(1, "Int32")),
  ],
  39: [
    "TRANSPOSE",
    (tf, { numbers }) =>
      ([x]) =>
        tf.transpose(x, numbers(1)),
  ],
  40: ["MEAN", reduction("mean")],
  41: ["SUB", binary("sub"), 0],
  42: ["DIV", binary("div"), 0],
  45: ["STRIDED_SLICE", stridedSlice],
  47: ["EXP", unary("exp")],
  49: [
    "SPLIT",
    (tf, { numbers, options }) =>
      ([, x]) =>
        tf.split(x, options.number(0, "Int32"), numbers(0)[0]),
  ],
  54: ["PRELU", binary("prelu")],
  55: ["MAXIMUM", binary("maximum")],
  57: ["MINIMUM", binary("minimum")],
  59: ["NEG", unary("neg")],
  60: ["PADV2", pad],
  66: ["SIN", unary("sin")],
  67: ["TRANSPOSE_CONV", transposedConv],
  69: [
    "TILE",
    (tf, { numbers }) =>
      ([x]) =>
        tf.tile(x, numbers(1)),
  ],
  73: ["LOG", unary("log")],
  74: ["SUM", reduction("sum")],
  75: ["SQRT", unary("sqrt")],
  76: ["RSQRT", unary("rsqrt")],
  78: ["POW", binary("pow")],
  82: ["REDUCE_MAX", reduction("max")],
  89: ["REDUCE_MIN", reduction("min")],
  97: ["RESIZE_NEAREST_NEIGHBOR", resize("resizeNearestNeighbor", 0)],
  98: [
    "LEAKY_RELU",
    (tf, { options }) =>
      ([x]) =>
        tf.leakyRelu(x, options.number(0, "Float32")),
  ],
  99: ["SQUARED_DIFFERENCE", binary("squaredDifference")],
  100: ["MIRROR_PAD", mirrorPad],
  101: ["ABS", unary("abs")],
  102: [
    "SPLIT_V",
    (tf, { numbers }) =>
      ([x]) =>
        tf.split(x, numbers(1), numbers(2)[0]),
  ],
  104: ["CEIL", unary("ceil")],
  108: ["COS", unary("cos")],
  111: ["ELU", unary("elu")],
  116: ["ROUND", unary("round")],
  117: ["HARD_SWISH", hardSwish],
  126: [
    "BATCH_MATMUL",
    (tf, { options }) =>
      ([a, b]) =>
        tf.matMul(a, b, options.number(0, "Uint8") !== 0, options.number(1, "Uint8") !== 0),
  ],
  150: ["GELU", gelu],
};
