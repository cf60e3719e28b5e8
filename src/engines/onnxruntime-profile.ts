/**
 * What ONNX Runtime leaves in files, read back: its profile and its optimised graph, together: times by operator with the tensors it reads and
 * writes. Names alone do not tell where an operator comes from, because fusions and layout passes invent new ones.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataType } from "../formats/onnx/index.js";
import type { OperatorTime } from "./contract.js";

export type NodeTensors = ReadonlyMap<string, { readonly inputs: string[]; readonly outputs: string[] }>;

/** Session options that make the session write its optimised graph (at once) and its profile (when profiling ends) beside the model. */
export const profilingOptions = (modelPath: string) => ({
  enableProfiling: true,
  profileFilePrefix: `${modelPath}.profile`,
  optimizedModelFilePath: `${modelPath}.optimized`,
});

/** Tensors of each node of the optimised graph, by node name; removes the file. */
export function takeOptimizedGraph(modelPath: string): NodeTensors {
  const path = `${modelPath}.optimized`;
  const model = fromBinary(ModelProtoSchema, readFileSync(path));
  rmSync(path);
  return new Map(
    (model.graph?.node ?? []).map(({ name, input, output }) => [name, { inputs: input, outputs: output }]),
  );
}

/** Inputs of an ONNX file, without the weights that old files list among them; unknown sizes are 1. */
export function modelInputs(modelPath: string): { name: string; type: string; shape: number[] }[] {
  const { graph } = fromBinary(ModelProtoSchema, readFileSync(modelPath));
  const weights = new Set(graph?.initializer.map(({ name }) => name));
  return (graph?.input ?? []).flatMap(({ name, type }) => {
    if (weights.has(name) || type?.value.case !== "tensorType") return [];
    const { elemType, shape } = type.value.value;
    const sizes = (shape?.dim ?? []).map(({ value }) => (value.case === "dimValue" ? Number(value.value) : 1));
    return [{ name, type: typeName(TensorProto_DataType[elemType] ?? ""), shape: sizes }];
  });
}

const typeName = (name: string) =>
  name
    .toLowerCase()
    .replace(/^float$/, "float32")
    .replace(/^double$/, "float64");

/** Times by operator of all runs, from the profile that the session has just ended; removes the file. */
export function takeProfile(modelPath: string, graph: NodeTensors): OperatorTime[] {
  const folder = dirname(modelPath);
  const prefix = `${basename(modelPath)}.profile`;
  const file = readdirSync(folder).find((name) => name.startsWith(prefix));
  if (file === undefined) throw new Error("the profiler wrote no file");
  const text = readFileSync(join(folder, file), "utf8");
  rmSync(join(folder, file));
  return operatorTimes(JSON.parse(text) as ProfileEvent[], graph);
}

/** What is used of an event of the profile; `dur` in whole microseconds. */
export interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string; readonly input_type_shape?: Shapes; readonly output_type_shape?: Shapes };
}
type Shapes = readonly Readonly<Record<string, readonly number[]>>[];

const suffix = "_kernel_time";

export function operatorTimes(events: readonly ProfileEvent[], graph: NodeTensors): OperatorTime[] {
  const byName = new Map<string, ProfileEvent[]>();
  for (const event of events) {
    if (event.cat !== "Node" || !event.name.endsWith(suffix)) continue;
    const name = event.name.slice(0, -suffix.length);
    const known = byName.get(name);
    if (known) known.push(event);
    else byName.set(name, [event]);
  }
  return [...byName].map(([name, runs]) => {
    const { op_name, input_type_shape, output_type_shape } = runs[0]!.args;
    return {
      name,
      operator: op_name ?? "",
      inputShapes: shapesOf(input_type_shape),
      outputShapes: shapesOf(output_type_shape),
      ...graph.get(name),
      timesMs: runs.map(({ dur }) => dur / 1000),
    };
  });
}

const shapesOf = (shapes: Shapes = []) => shapes.map((shape) => Object.values(shape)[0] ?? []);
