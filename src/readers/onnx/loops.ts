/** Loops and scans that run a number of times that is known, turn by turn. */
import { LitepredError } from "../../base/index.js";
import type { GraphProto, NodeProto, TensorProto } from "../../formats/onnx/index.js";
import type { AttributeValue, Tensor } from "../../graph/index.js";
import type { FlatGraph } from "./flat-graph.js";
import { dangling, described, inputsOf, outputOf, register } from "./node-names.js";
import { prefixFor, type Scope } from "./scope.js";
import type { Sequences } from "./sequences.js";
import { readTensor } from "./tensor-proto.js";

/**
 * A frame is made and inputs and outputs are bound at each turn, and a Loop passes its condition on: of 1.25 µs a turn of one Add, 0.4 µs
 * are the Add's (ONNX Runtime 1.30).
 */
const nodesPerTurn = 2;
/** Longer loops would be longer graphs than is sensible. */
const mostTrips = 1000;

/** The flat graph that the turns are added to. */
export interface TurnContext {
  readonly flat: FlatGraph;
  readonly sequences: Sequences;
  /** Adds what a body holds. @throws LitepredError `limit-exceeded` when bodies are nested too deep. */
  addBody(body: GraphProto, inner: Scope): void;
}

export class Turns {
  constructor(private readonly context: TurnContext) {}

  /** A Loop that runs as often as the file says. False where that is known only at run time. */
  loop(proto: NodeProto, body: GraphProto, scope: Scope): boolean {
    const { tensors } = this.context.flat;
    const inputs = inputsOf(proto, scope);
    const trips = tensors.get(inputs[0] ?? "")?.values?.[0];
    const condition = inputs[1] ? tensors.get(inputs[1])?.values?.[0] : 1;
    if (trips === undefined || !condition || trips > mostTrips || !staysTrue(body)) return false;
    const parts = (turn: number, prefix: string) => [
      this.scalar(prefix, "turn", turn, "int64"),
      this.scalar(prefix, "condition", 1, "bool"),
    ];
    const carried = inputs.slice(2, body.input.length);
    const results = this.run(proto, scope, trips, carried, (prefix, turn, states) => {
      const made = this.turn(proto, body, scope, prefix, [...parts(turn, prefix), ...states]).slice(1);
      return this.ended(made, nodesPerTurn, scope);
    });
    this.putOut(proto, scope, results, body.output.length - 1, () => ({ axis: 0, backwards: false }));
    return true;
  }

  /** A Scan: as many turns as its inputs are long. False where these are too many, or it is older than opset 9. */
  scan(proto: NodeProto, body: GraphProto, attributes: Attributes, scope: Scope): boolean {
    // Before opset 9 it scanned batches of sequences, each as long as another input said.
    if ((scope.opsets.get("") ?? 0) < 9) return false;
    const scan = scanOf(proto, attributes);
    const inputs = inputsOf(proto, scope);
    const stateCount = inputs.length - scan.inputs.length;
    const scanned = scan.inputs.map((along, i) => this.scanned(proto, inputs[stateCount + i], along));
    const trips = scanned[0]!.length;
    if (trips < 1 || trips > mostTrips || scanned.some(({ length }) => length !== trips)) return false;
    const results = this.run(proto, scope, trips, inputs.slice(0, stateCount), (prefix, turn, states) => {
      const parts = scanned.map(({ name, axis, backwards }, i) => {
        const at = this.scalar(prefix, "at", backwards ? trips - 1 - turn : turn, "int64");
        return this.node("Gather", [name, at], { axis }, `${prefix}part${i}`, scope);
      });
      return this.ended(this.turn(proto, body, scope, prefix, [...states, ...parts]), 1, scope);
    });
    this.putOut(proto, scope, results, body.output.length, (i) => scan.outputs[i] ?? { axis: 0, backwards: false });
    return true;
  }

  private scanned(proto: NodeProto, name: string | undefined, along: Along) {
    const shape = this.context.flat.tensors.get(name ?? "")?.shape;
    if (name === undefined || shape === undefined) dangling(`a scanned input of ${described(proto)}`);
    const axis = along.axis < 0 ? along.axis + shape.length : along.axis;
    return { ...along, name, axis, length: shape[axis] ?? dangling(`axis ${along.axis} of ${described(proto)}`) };
  }

  /** The states after the last turn, and what each turn put out besides them. */
  private run(
    { name, opType }: NodeProto,
    scope: Scope,
    trips: number,
    states: readonly string[],
    turn: (prefix: string, turn: number, states: readonly string[]) => string[],
  ): { states: readonly string[]; putOut: string[][] } {
    const putOut: string[][] = [];
    let carried = states;
    for (let i = 0; i < trips; i++) {
      const results = turn(`${prefixFor(scope, name || opType)}${i}/`, i, carried);
      carried = results.slice(0, states.length);
      putOut.push(results.slice(states.length));
    }
    return { states: carried, putOut };
  }

  /** Makes the states and the stacked outputs known outside. `count`: of both together. */
  private putOut(
    proto: NodeProto,
    scope: Scope,
    { states, putOut }: { states: readonly string[]; putOut: readonly string[][] },
    count: number,
    along: (i: number) => Along,
  ): void {
    const stacks = Array.from({ length: count - states.length }, (_, i) => {
      const parts = putOut.map((turn) => turn[i]!);
      const { axis, backwards } = along(i);
      return this.stacked(proto, backwards ? parts.reverse() : parts, `scan${i}`, axis);
    });
    const outputs = [...states, ...stacks];
    proto.output.forEach((name, i) => {
      if (name !== "") register(scope, name, outputs[i] ?? dangling(`output ${i} of ${described(proto)}`));
    });
  }

  /** One turn of the body; the names of its outputs. */
  private turn(proto: NodeProto, body: GraphProto, scope: Scope, prefix: string, values: readonly string[]): string[] {
    const names = new Map(body.input.map(({ name }, i) => [name, values[i] ?? ""]));
    const inner: Scope = { ...scope, parent: scope, prefix, names, outputs: new Map() };
    this.context.addBody(body, inner);
    return body.output.map(({ name }) => outputOf(inner, name, described(proto)));
  }

  /** What an engine does between turns takes as long as so many nodes that move nothing. */
  private ended([first, ...others]: readonly string[], nodes: number, scope: Scope): string[] {
    if (first === undefined) return [];
    let name = first;
    for (let i = 0; i < nodes; i++) name = this.node("Identity", [name], { turn: 1 }, `${first}/turn`, scope);
    return [name, ...others];
  }

  private scalar(prefix: string, wish: string, value: number, type: Tensor["type"]): string {
    const name = this.context.flat.tensorNames.unique(prefix + wish);
    this.context.flat.addTensor({ name, shape: [], type, constant: true, values: [value] });
    return name;
  }

  private node(operator: string, inputs: string[], attributes: Attributes, wish: string, scope: Scope): string {
    const output = this.context.flat.tensorNames.unique(wish);
    const node = { operator, domain: "", inputs, outputs: [output], attributes };
    this.context.flat.addNode(`${output}/${operator}`, node, scope.opsets.get("")!);
    return output;
  }

  /** What each turn put out, along a new axis. */
  private stacked(proto: NodeProto, inputs: readonly string[], wish: string, axis: number): string {
    const name = this.context.flat.tensorNames.unique(`${proto.name || proto.opType}/${wish}`);
    const parts = this.context.flat.tensorNames.unique(`${name}/parts`);
    const take = (operator: string, from: readonly string[], output: string, attributes: Attributes) =>
      this.context.sequences.take({ operator, domain: "", inputs: from, outputs: [output], attributes });
    take("SequenceConstruct", inputs, parts, {});
    take("ConcatFromSequence", [parts], name, { axis, new_axis: 1 });
    return name;
  }
}

type Attributes = Readonly<Record<string, AttributeValue>>;

/** The axis that is scanned or stacked, and from which end. */
interface Along {
  readonly axis: number;
  readonly backwards: boolean;
}

/** What a Scan (of opset 9 and later) goes along: its last inputs, and its last outputs as far as that is said of them. */
function scanOf({ name, input }: NodeProto, attributes: Attributes): { inputs: Along[]; outputs: Along[] } {
  const numbers = (key: string): readonly number[] => {
    const value = attributes[key];
    return Array.isArray(value) ? value.map(Number) : [];
  };
  const count = Number(attributes.num_scan_inputs ?? 0);
  if (!Number.isInteger(count) || count < 1 || count > input.length)
    throw new LitepredError(
      "invalid-model",
      `node "${name}" (Scan) has ${input.length} inputs and scans ${count} of them`,
    );
  const along = (length: number, side: "input" | "output"): Along[] => {
    const [axes, directions] = [numbers(`scan_${side}_axes`), numbers(`scan_${side}_directions`)];
    return Array.from({ length }, (_, i) => ({ axis: axes[i] ?? 0, backwards: directions[i] === 1 }));
  };
  const outputs = Math.max(numbers("scan_output_axes").length, numbers("scan_output_directions").length);
  return { inputs: along(count, "input"), outputs: along(Math.min(outputs, mostTrips), "output") };
}

/** Whether the loop's condition is passed on, or is set to true whatever happens. */
function staysTrue({ input, output, node, initializer }: GraphProto): boolean {
  let name = output[0]?.name ?? "";
  for (;;) {
    const maker = node.find(({ output: made }) => made.includes(name));
    if (maker === undefined) break;
    if (maker.opType === "Constant") return isTrue(maker.attribute.find((attribute) => attribute.name === "value")?.t);
    if (maker.opType !== "Identity") return false;
    name = maker.input[0] ?? "";
  }
  return name === input[1]?.name || isTrue(initializer.find((tensor) => tensor.name === name));
}

const isTrue = (tensor: TensorProto | undefined): boolean =>
  tensor !== undefined && readTensor(tensor, tensor.name).values?.[0] === 1;
