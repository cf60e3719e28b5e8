/**
 * What ONNX Runtime itself makes of a model at optimisation level `all`: the nodes of its optimised graph, with
 * attributes from the graph that it saves and shapes from its profiler, in running order. The independent side of the
 * check of the fusion rules.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import * as ort from "onnxruntime-node";
import { type AttributeProto, ModelProtoSchema } from "../../src/formats/onnx/index.js";

export interface OrtNode {
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Shapes of the inputs and outputs that are there, as the profiler saw them. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShapes: readonly (readonly number[])[];
  readonly latencyUs: number;
}

interface ProfileEvent {
  cat: string;
  name: string;
  dur: number;
  args: {
    op_name: string;
    input_type_shape: Record<string, number[]>[];
    output_type_shape: Record<string, number[]>[];
  };
}

const shapesOf = (list: Record<string, number[]>[] | undefined) =>
  (list ?? []).map((entry) => Object.values(entry)[0] ?? []);

function attributeValue(attribute: AttributeProto): unknown {
  if (attribute.floats.length > 0) return attribute.floats;
  if (attribute.ints.length > 0) return attribute.ints.map(Number);
  if (attribute.strings.length > 0) return attribute.strings.map((bytes) => new TextDecoder().decode(bytes));
  if (attribute.s.length > 0) return new TextDecoder().decode(attribute.s);
  return attribute.f !== 0 ? attribute.f : Number(attribute.i);
}

/** Runs `model` once and returns the nodes that ran. Dynamic dimensions of inputs are taken as `dynamic`. */
export async function ortNodes(model: Uint8Array | string, dynamic = 1): Promise<OrtNode[]> {
  const folder = mkdtempSync(join(tmpdir(), "litepred-ort-"));
  try {
    const optimised = join(folder, "optimised.onnx");
    const session = await ort.InferenceSession.create(model as string, {
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      intraOpNumThreads: 1,
      optimizedModelFilePath: optimised,
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
      logSeverityLevel: 3,
    });
    await session.run(zeroFeeds(session, dynamic));
    session.endProfiling();
    await session.release();
    const profile = join(folder, readdirSync(folder).find((file) => file.startsWith("profile"))!);
    return joinNodes(readFileSync(optimised), JSON.parse(readFileSync(profile, "utf8")) as ProfileEvent[]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const arrayTypes: Readonly<Record<string, new (length: number) => ArrayLike<number | bigint>>> = {
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
};

function zeroFeeds(session: ort.InferenceSession, dynamic: number): Record<string, ort.Tensor> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const metadata of session.inputMetadata) {
    if (!metadata.isTensor) continue;
    const shape = metadata.shape.map((size) => (typeof size === "number" && size > 0 ? size : dynamic));
    const count = shape.reduce((product, size) => product * size, 1);
    const values = new (arrayTypes[metadata.type] ?? Float32Array)(count);
    feeds[metadata.name] = new ort.Tensor(metadata.type, values as unknown as Float32Array, shape);
  }
  return feeds;
}

function joinNodes(optimised: Uint8Array, events: readonly ProfileEvent[]): OrtNode[] {
  const graph = fromBinary(ModelProtoSchema, optimised).graph!;
  const byName = new Map(graph.node.map((node) => [node.name, node]));
  return events
    .filter((event) => event.cat === "Node" && event.name.endsWith("_kernel_time"))
    .map((event) => {
      const name = event.name.slice(0, -"_kernel_time".length);
      const node = byName.get(name);
      return {
        name,
        operator: event.args.op_name,
        domain: node?.domain ?? "",
        inputs: node?.input ?? [],
        outputs: node?.output ?? [],
        attributes: Object.fromEntries((node?.attribute ?? []).map((entry) => [entry.name, attributeValue(entry)])),
        inputShapes: shapesOf(event.args.input_type_shape),
        outputShapes: shapesOf(event.args.output_type_shape),
        latencyUs: event.dur,
      };
    });
}
