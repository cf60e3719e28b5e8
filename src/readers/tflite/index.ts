/**
 * TensorFlow Lite files, FP32 and quantised. In: bytes. Out: Graph, in ONNX's words and order of axes.
 * Steps: decode (formats/tflite), check what is said of tensors (model), translate operator by operator (operators/,
 * raising), prune, name formulas. May import formats, graph and base.
 */
import { LitepredError } from "../../base/index.js";
import { decodeTflite, isTflite } from "../../formats/tflite/index.js";
import type { Graph } from "../../graph/index.js";
import type { ModelInterface } from "../model-inputs.js";
import { type FlatModel, prune } from "../prune.js";
import { nameFormulas } from "./formulas.js";
import { limits, opset } from "./growing-graph.js";
import { type InputShapes, inputOrders, inputShapes, modelInputs, notedOrders } from "./inputs.js";
import { type FileOperator, fileModel, graphOf, invalid, signaturesOf, unsupported } from "./model.js";
import { raisings } from "./operators/index.js";
import { Raising } from "./raising.js";

export interface ReadTfliteOptions {
  readonly name?: string;
  /** In the file's order of axes. */
  readonly inputShapes?: InputShapes;
  readonly signature?: string | undefined;
}

export const format = "tflite";

export const match = isTflite;

export const operators: readonly string[] = Object.keys(raisings).sort();

export function read(bytes: Uint8Array, options: ReadTfliteOptions): Graph {
  try {
    const { name, ...model } = raise(bytes, options);
    return nameFormulas(prune(name || options.name || "model", model));
  } catch (error) {
    throw withFile(error, options.name);
  }
}

/** Inputs with the shapes that are used, and the signatures there are. */
export function modelInterface(bytes: Uint8Array, options: ReadTfliteOptions): ModelInterface {
  try {
    const model = decodeTflite(bytes);
    const all = signaturesOf(model);
    const signature = options.signature ?? [...all].find(([, index]) => index === 0)?.[0];
    const inputs = modelInputs(fileModel(model, bytes, options.signature), options.inputShapes ?? {});
    return { inputs, signature, graph: graphOf(model, options.signature), signatures: [...all.keys()] };
  } catch (error) {
    throw withFile(error, options.name);
  }
}

/** Puts the file's name in front of the message, where the caller knows it. */
function withFile(error: unknown, name: string | undefined): unknown {
  if (!(error instanceof LitepredError) || name === undefined) return error;
  return new LitepredError(error.code, `${name}: ${error.message}`, error.hint, error.values);
}

function raise(bytes: Uint8Array, options: ReadTfliteOptions): FlatModel & { name: string } {
  const model = decodeTflite(bytes);
  const file = fileModel(model, bytes, options.signature);
  if (file.outputs.length === 0) throw invalid("the model has no output");
  if (file.operators.length > limits.nodes)
    throw new LitepredError("limit-exceeded", `the model is refused: more than ${limits.nodes} operators`);
  const running = file.operators.map((_, index) => file.operator(index));
  const raising = new Raising(file, running);
  const orders = inputOrders(file, running, notedOrders(model.description));
  const inputs = [...inputShapes(file, options.inputShapes ?? {})].map(([index, shape]) =>
    raising.addInput(index, shape, orders(index, shape.length)),
  );
  for (const operator of running) raiseOperator(operator, raising);
  const outputs = file.outputs.map((index) => raising.read(index, raising.outputOrder(index)));
  const { nodes, tensors } = raising;
  return { name: file.name, nodes, tensors, inputs, outputs, opset };
}

function raiseOperator(operator: FileOperator, raising: Raising): void {
  const translate = Object.hasOwn(raisings, operator.builtin) ? raisings[operator.builtin] : undefined;
  if (translate === undefined) unsupported(operator, "is not supported");
  raising.count("links", operator.inputs.length + operator.outputs.length);
  translate(raising, operator);
}
