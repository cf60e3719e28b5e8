/**
 * Graph → graph: formulas that stand for one operator of the graph become it. The file format has no word for layer norm,
 * hard sigmoid, softplus, reciprocals, bounds and a batch norm that stands alone; converters, and the writer, spell them
 * out, and predictors know their time as that of the whole.
 */
import type { Graph, GraphNode, Tensor } from "../../graph/index.js";
import { View } from "./formula-view.js";

/** The node that stands for a formula, and those that go; the last of these is the one whose place it takes. */
interface Found {
  readonly node: GraphNode;
  readonly gone: readonly GraphNode[];
  readonly constants?: readonly Tensor[];
}

type Recognise = (view: View, node: GraphNode) => Found | undefined;

/** relu6(x + 3) / 6 */
const hardSigmoid: Recognise = (view, add) => {
  if (add.operator !== "Add") return undefined;
  const x = view.besides(add, 3);
  const clip = view.next(add, "Clip");
  if (x === undefined || clip === undefined || view.scalar(clip.inputs[1]) !== 0 || view.scalar(clip.inputs[2]) !== 6)
    return undefined;
  const mul = view.next(clip, "Mul");
  if (mul === undefined || view.besides(mul, 1 / 6) === undefined) return undefined;
  const attributes = { alpha: 1 / 6, beta: 0.5 };
  return { node: { ...mul, operator: "HardSigmoid", inputs: [x], attributes }, gone: [add, clip, mul] };
};

/** min(1, max(0, αx + β)) */
const generalHardSigmoid: Recognise = (view, mul) => {
  if (mul.operator !== "Mul") return undefined;
  const add = view.next(mul, "Add");
  const low = add && view.next(add, "Max");
  const high = low && view.next(low, "Min");
  if (!high || view.besides(low, 0) === undefined || view.besides(high, 1) === undefined) return undefined;
  const slot = mul.inputs.findIndex((name) => view.scalar(name) !== undefined);
  const shift = add!.inputs.find((name) => view.scalar(name) !== undefined);
  if (slot < 0 || shift === undefined) return undefined;
  const attributes = { alpha: view.scalar(mul.inputs[slot])!, beta: view.scalar(shift)! };
  const inputs = [mul.inputs[1 - slot]!];
  return { node: { ...high, operator: "HardSigmoid", inputs, attributes }, gone: [mul, add!, low, high] };
};

/** min(high, max(low, x)) */
const bounds: Recognise = (view, max) => {
  if (max.operator !== "Max" || max.inputs.length !== 2) return undefined;
  const min = view.next(max, "Min");
  const low = max.inputs.findIndex((name) => view.scalar(name) !== undefined);
  const high = min?.inputs.findIndex((name) => view.scalar(name) !== undefined) ?? -1;
  if (min === undefined || min.inputs.length !== 2 || low < 0 || high < 0) return undefined;
  const inputs = [max.inputs[1 - low]!, max.inputs[low]!, min.inputs[high]!];
  return { node: { ...min, operator: "Clip", inputs }, gone: [max, min] };
};

/** log(1 + exp(x)) */
const softplus: Recognise = (view, exp) => {
  const add = exp.operator === "Exp" ? view.next(exp, "Add") : undefined;
  const log = add && view.next(add, "Log");
  if (!log || view.besides(add, 1) === undefined) return undefined;
  return { node: { ...log, operator: "Softplus", inputs: exp.inputs }, gone: [exp, add!, log] };
};

/** 1 / x */
const reciprocal: Recognise = (view, div) => {
  if (div.operator !== "Div" || view.scalar(div.inputs[0]) !== 1) return undefined;
  return { node: { ...div, operator: "Reciprocal", inputs: [div.inputs[1]!] }, gone: [div] };
};

/** What a border must be for an operator to take it for its own: nothing to a sum, and nothing to a maximum. */
const borders: Readonly<Record<string, (border: number) => boolean>> = {
  Conv: (border) => border === 0,
  MaxPool: (border) => border < -1e38,
};

/** A border around an image in front of a window without padding: the pads of the window, as the graph has them. */
const paddedWindow: Recognise = (view, pad) => {
  if (pad.operator !== "Pad" || pad.attributes.mode === "reflect") return undefined;
  const border = pad.inputs[2] === undefined ? 0 : view.scalar(pad.inputs[2]);
  const amounts = view.tensor(pad.inputs[1])?.values;
  if (border === undefined || amounts?.length !== 8) return undefined;
  for (const [operator, isNothing] of Object.entries(borders)) {
    const [pair, window] = view.nextBehindPair(pad, operator);
    const own = window?.attributes.pads as readonly number[] | undefined;
    const last = pair.at(-1) ?? pad;
    if (window === undefined || window.inputs[0] !== last.outputs[0] || !isNothing(border)) continue;
    const [n0, c0, top, left, n1, c1, bottom, right] = Array.from(amounts) as number[];
    if ([n0, c0, n1, c1, ...(own ?? [])].some((size) => size !== 0)) continue;
    const attributes = { ...window.attributes, pads: [top!, left!, bottom!, right!] };
    const inputs = [pad.inputs[0]!, ...window.inputs.slice(1)];
    return { node: { ...window, inputs, attributes }, gone: [pad, ...pair, window] };
  }
  return undefined;
};

/** (x − mean) · (variance + ε)^−½ · scale + bias over the last axis. */
const layerNorm: Recognise = (view, pow) => {
  const raised = pow.operator === "Pow" && view.scalar(pow.inputs[1]) === -0.5 ? view.before(pow, 0, "Add") : undefined;
  const slot = raised?.inputs.findIndex((name) => view.scalar(name) !== undefined) ?? -1;
  if (raised === undefined || slot < 0) return undefined;
  const variance = view.before(raised, 1 - slot, "ReduceMean");
  const squares = view.before(variance, 0, "Mul");
  const difference = view.before(squares, 0, "Sub");
  const mean = view.before(difference, 1, "ReduceMean");
  const x = difference?.inputs[0];
  if (!mean || squares!.inputs[0] !== squares!.inputs[1] || mean.inputs[0] !== x) return undefined;
  const rank = view.tensor(x)!.shape.length;
  const isLast = [mean, variance!].every((node) => {
    const axes = view.tensor(node.inputs[1])?.values;
    return axes?.length === 1 && axes[0] === rank - 1 && node.attributes.keepdims === 1;
  });
  const normal = view.next(pow, "Mul");
  const centred = normal?.inputs.map((_, i) => view.before(normal, i, "Sub")).find((node) => node !== undefined);
  const scaled = normal && view.next(normal, "Mul");
  const scale = scaled && vectorOf(view, scaled, rank);
  if (!isLast || centred?.inputs[0] !== x || centred?.inputs[1] !== mean.outputs[0] || scale === undefined)
    return undefined;
  const shifted = view.next(scaled!, "Add");
  const bias = shifted && vectorOf(view, shifted, rank);
  const last = bias === undefined ? scaled! : shifted!;
  const gone = [
    mean,
    difference!,
    squares!,
    variance!,
    raised,
    pow,
    centred!,
    normal!,
    scaled!,
    ...(bias ? [last] : []),
  ];
  if (!gone.every((node) => node === last || view.isInside(node, gone))) return undefined;
  const inputs = [x!, scale, ...(bias === undefined ? [] : [bias])];
  const attributes = { axis: -1, epsilon: view.scalar(raised.inputs[slot])! };
  return { node: { ...last, operator: "LayerNormalization", inputs, attributes }, gone };
};

/** A constant with one number for each element of the last axis. */
const vectorOf = (view: View, node: GraphNode, rank: number): string | undefined => {
  const columns = view.tensor(node.outputs[0])?.shape[rank - 1];
  return node.inputs.find((name) => {
    const tensor = view.tensor(name);
    return tensor?.constant && tensor.shape.length === 1 && tensor.shape[0] === columns;
  });
};

/** x · factor + shift with a number for each channel of an image. */
const batchNorm: Recognise = (view, mul) => {
  const add = mul.operator === "Mul" ? view.next(mul, "Add") : undefined;
  const shape = view.tensor(mul.outputs[0])?.shape ?? [];
  const factor = mul.inputs.find((name) => isPerChannel(view.tensor(name), shape));
  const shift = add?.inputs.find((name) => isPerChannel(view.tensor(name), shape));
  const x = mul.inputs.find((name) => name !== factor);
  if (add === undefined || factor === undefined || shift === undefined || x === undefined) return undefined;
  if (view.tensor(x)?.shape.length !== 4) return undefined;
  const channels = [shape[1]!];
  const constants = [factor, shift, "mean", "variance"].map((name, i): Tensor => {
    const values = view.tensor(name)?.values;
    return {
      name: `${add.name}/${["scale", "bias", "mean", "variance"][i]}`,
      shape: channels,
      type: "float32",
      constant: true,
      values: i < 2 ? values : undefined,
    };
  });
  const inputs = [x, ...constants.map(({ name }) => name)];
  return { node: { ...add, operator: "BatchNormalization", inputs, attributes: {} }, gone: [mul, add], constants };
};

function isPerChannel(tensor: Tensor | undefined, image: readonly number[]): boolean {
  if (!tensor?.constant || image.length !== 4 || image[1]! <= 1) return false;
  const shape = [...new Array<number>(Math.max(0, 4 - tensor.shape.length)).fill(1), ...tensor.shape];
  return shape.length === 4 && shape.every((size, axis) => size === (axis === 1 ? image[1] : 1));
}

/** A transpose of many axes, written with neighbours merged because engines transpose few. */
const mergedTranspose: Recognise = (view, merge) => {
  if (merge.operator !== "Reshape") return undefined;
  const [first, transpose] = view.nextBehindPair(merge, "Transpose");
  const [second, cut] = transpose === undefined ? [[], undefined] : view.nextBehindPair(transpose, "Reshape");
  const from = view.tensor(merge.inputs[0])?.shape;
  const merged = view.tensor(merge.outputs[0])?.shape;
  const to = view.tensor(cut?.outputs[0])?.shape;
  if (!cut || !from || !merged || !to || from.length <= merged.length || from.length !== to.length) return undefined;
  const groups = mergedGroups(from, merged);
  const long = (transpose!.attributes.perm as readonly number[]).flatMap((axis) => groups?.[axis] ?? []);
  const units = from.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const perm = to.map((size) => (size === 1 ? units.shift() : long.shift()));
  if (!perm.every((axis, i) => axis !== undefined && from[axis] === to[i])) return undefined;
  const node = { ...cut, operator: "Transpose", inputs: [merge.inputs[0]!], attributes: { perm: perm as number[] } };
  return { node, gone: [merge, ...first, transpose!, ...second, cut] };
};

/** Axes longer than 1 that each merged axis is made of. */
function mergedGroups(from: readonly number[], merged: readonly number[]): number[][] | undefined {
  let next = 0;
  const groups = merged.map((size) => {
    const group: number[] = [];
    for (let product = 1; product < size && next < from.length; next++) {
      product *= from[next]!;
      if (from[next] !== 1) group.push(next);
    }
    while (from[next] === 1) next++;
    return group;
  });
  const fits = groups.every((group, i) => group.reduce((product, axis) => product * from[axis]!, 1) === merged[i]);
  return fits && next === from.length ? groups : undefined;
}

const recognised: readonly Recognise[] = [
  hardSigmoid,
  generalHardSigmoid,
  bounds,
  softplus,
  reciprocal,
  paddedWindow,
  layerNorm,
  batchNorm,
  mergedTranspose,
];

/** The graph with formulas named; names of inputs and outputs stay. */
export function nameFormulas(graph: Graph): Graph {
  const view = new View(graph);
  const gone = new Set<GraphNode>();
  const places = new Map<GraphNode, GraphNode>();
  const tensors = new Map(graph.tensors);
  for (const node of graph.nodes) {
    if (gone.has(node)) continue;
    const found = firstOf(view, node);
    if (found === undefined || found.gone.some((other) => gone.has(other))) continue;
    for (const other of found.gone) {
      gone.add(other);
      for (const output of other.outputs) if (!found.node.outputs.includes(output)) tensors.delete(output);
    }
    for (const constant of found.constants ?? []) tensors.set(constant.name, constant);
    places.set(found.gone.at(-1)!, found.node);
  }
  if (places.size === 0) return graph;
  const nodes = graph.nodes.flatMap((node) => places.get(node) ?? (gone.has(node) ? [] : [node]));
  return { ...graph, nodes, tensors };
}

function firstOf(view: View, node: GraphNode): Found | undefined {
  for (const recognise of recognised) {
    const found = recognise(view, node);
    if (found !== undefined) return found;
  }
  return undefined;
}
