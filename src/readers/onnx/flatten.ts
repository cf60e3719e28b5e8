/**
 * The file's main graph, functions and branches as one flat list of nodes with every shape known. Constants are
 * computed on the way: that decides which branch of an If is taken, and what Reshape and Slice make of their inputs.
 */
import { LitepredError } from "../../base/index.js";
import type { FunctionProto, GraphProto, ModelProto, NodeProto } from "../../formats/onnx/index.js";
import type { Tensor } from "../../graph/index.js";
import type { FlatModel } from "../prune.js";
import { type AttributeScope, type NodeAttributes, readAttributes, resolvedAttributes } from "./attributes.js";
import { resolveInputs } from "./declared-shapes.js";
import { exceeded, FlatGraph, flattenLimits } from "./flat-graph.js";
import { Turns } from "./loops.js";
import { dangling, described, inputsOf, outputOf, register } from "./node-names.js";
import { normalDomain, opsetEntry, opsetsOf } from "./opsets.js";
import type { ReadOnnxOptions } from "./options.js";
import { inOrder } from "./order.js";
import { define, nestedName, outerName, prefixFor, type Scope } from "./scope.js";
import { Sequences } from "./sequences.js";
import { readTensor } from "./tensor-proto.js";

export function flatten(model: ModelProto, options: ReadOnnxOptions): FlatModel {
  const { graph } = model;
  if (!graph) throw new LitepredError("invalid-model", "the ONNX file holds no graph");
  const opsets = opsetsOf(model.opsetImport);
  return new Flattener(graph, model.functions, options).run(opsets);
}

const functionKey = (domain: string, name: string, overload: string) => `${normalDomain(domain)}\n${name}\n${overload}`;

class Flattener {
  private readonly flat: FlatGraph;
  private readonly functions: ReadonlyMap<string, FunctionProto>;
  /** Functions and branches around the current node. */
  private readonly calls: string[] = [];

  private readonly sequences = new Sequences({
    tensor: (name) => this.flat.tensors.get(name),
    unique: (wish) => this.flat.tensorNames.unique(wish),
    addNode: (wish, node) => this.flat.addNode(wish, node, this.opset),
    addConstant: (wish, values) => this.addList(wish, values),
  });
  private readonly turns: Turns;
  /** Of the standard operators of the main graph. */
  private opset = 0;

  constructor(
    private readonly graph: GraphProto,
    functions: readonly FunctionProto[],
    private readonly options: ReadOnnxOptions,
  ) {
    this.flat = new FlatGraph(new Map([...graph.valueInfo, ...graph.output].map((info) => [info.name, info])));
    this.functions = new Map(functions.map((item) => [functionKey(item.domain, item.name, item.overload), item]));
    const addBody = (body: GraphProto, inner: Scope) => this.nested("", () => this.addGraph(body, inner));
    this.turns = new Turns({ flat: this.flat, sequences: this.sequences, addBody });
  }

  run(opsets: ReadonlyMap<string, number>): FlatModel {
    const graph = this.graph;
    const flat = this.flat;
    this.opset = Math.max(13, opsets.get("") ?? 0);
    const names = new Map<string, string>();
    const scope: Scope = { parent: undefined, prefix: "", names, outputs: new Map(), opsets, attributes: undefined };
    for (const node of graph.node) for (const output of node.output) flat.tensorNames.claim(output);
    this.addInitializers(graph, scope);
    const inputs = this.addInputs(graph, scope);
    this.addNodes(graph.node, scope);
    const outputs = graph.output.map(({ name }) => outputOf(scope, name, "the model"));
    if (outputs.length === 0) throw new LitepredError("invalid-model", "the model has no output");
    return { nodes: flat.nodes, tensors: flat.tensors, inputs, outputs, opset: opsets.get("")! };
  }

  private addConstantTensor(tensor: Tensor, scope: Scope): void {
    if (scope.prefix === "") this.flat.tensorNames.claim(tensor.name);
    this.flat.addTensor({ ...tensor, name: define(scope, tensor.name, this.flat.tensorNames) });
  }

  private addList(wish: string, values: readonly number[]): string {
    const name = this.flat.tensorNames.unique(wish);
    this.flat.addTensor({ name, shape: [values.length], type: "int64", constant: true, values });
    return name;
  }

  private addInitializers(graph: GraphProto, scope: Scope): void {
    for (const proto of graph.initializer) {
      this.addConstantTensor(readTensor(proto, proto.name, this.options.externalData), scope);
    }
    for (const { values, dims } of graph.sparseInitializer) {
      if (!values) throw new LitepredError("invalid-model", "a sparse tensor has no values");
      readTensor(values, values.name);
      this.addConstantTensor(readTensor({ ...values, dims, dataLocation: 1, externalData: [] }, values.name), scope);
    }
  }

  /** Files before IR 4 list initializers among the inputs; those are constants, not inputs. */
  private addInputs(graph: GraphProto, scope: Scope): string[] {
    const open = graph.input.filter(({ name }) => !scope.names.has(name));
    const tensors = resolveInputs(open, this.options.inputShapes ?? {});
    for (const { name, shape, type } of tensors) this.addConstantTensor({ name, shape, type, constant: false }, scope);
    return tensors.map(({ name }) => name);
  }

  private addNodes(nodes: readonly NodeProto[], scope: Scope): void {
    for (const node of inOrder(nodes)) {
      this.flat.count("nodes", 1);
      this.flat.count("links", node.input.length + node.output.length);
      this.addNode(node, scope);
    }
  }

  private addNode(proto: NodeProto, scope: Scope): void {
    const domain = normalDomain(proto.domain);
    const called = this.functions.get(functionKey(domain, proto.opType, proto.overload));
    if (called) this.inlineFunction(proto, called, scope);
    else if (domain === "" && proto.opType === "If") this.inlineBranch(proto, scope);
    else if (!(domain === "" && proto.opType === "Constant" && this.addConstant(proto, scope))) {
      this.addOperator(proto, domain, readAttributes(proto, scope.attributes), scope);
    }
  }

  private addOperator(proto: NodeProto, domain: string, { values, graphs }: NodeAttributes, scope: Scope): void {
    const operator = proto.opType;
    if (domain === "" && graphs.body) {
      if (operator === "Loop" && this.turns.loop(proto, graphs.body, scope)) return;
      if (operator === "Scan" && this.turns.scan(proto, graphs.body, values, scope)) return;
    }
    if (Object.keys(graphs).length > 0) {
      throw new LitepredError(
        "unsupported-operator",
        `node "${proto.name}": ${operator} runs a sub-graph an unknown number of times, which is not supported`,
      );
    }
    const inputs = inputsOf(proto, scope);
    const outputs = proto.output.map((name) => (name === "" ? "" : outerName(scope, name, this.flat.tensorNames)));
    while (outputs.at(-1) === "") outputs.pop();
    if (outputs.length === 0) return;
    const name = nestedName(scope, proto.name || `${operator}_${this.flat.nodes.length}`);
    const opset = scope.opsets.get(domain) ?? scope.opsets.get("")!;
    const described = { operator, domain, inputs, outputs, attributes: values };
    const sequence = domain === "" ? this.sequences.take(described) : undefined;
    if (sequence === undefined) this.flat.addNode(name, described, opset);
    else if (sequence.alias !== undefined) {
      register(scope, proto.output[0]!, sequence.alias);
      return;
    }
    outputs.forEach((output, i) => {
      if (output !== "") register(scope, proto.output[i]!, output);
    });
  }

  /** A constant that is given as a tensor, of any size; the other forms have a shape rule. */
  private addConstant(proto: NodeProto, scope: Scope): boolean {
    const tensor = resolvedAttributes(proto, scope.attributes).find(({ name }) => name === "value")?.t;
    const output = proto.output[0] ?? "";
    if (tensor === undefined || output === "") return false;
    const constant = readTensor(tensor, output, this.options.externalData);
    this.flat.addTensor({ ...constant, name: define(scope, output, this.flat.tensorNames) });
    return true;
  }

  private inlineFunction(proto: NodeProto, called: FunctionProto, scope: Scope): void {
    const key = functionKey(called.domain, called.name, called.overload);
    if (this.calls.includes(key)) throw new LitepredError("invalid-model", `function ${called.name} calls itself`);
    const inputs = inputsOf(proto, scope);
    const names = new Map(called.input.map((name, i) => [name, inputs[i] ?? ""]));
    const opsets = new Map([...scope.opsets, ...called.opsetImport.map(opsetEntry)]);
    const attributes = calleeAttributes(proto, called, scope.attributes);
    this.inline(proto, scope, called.output, key, (outputs, prefix) => {
      const inner: Scope = { parent: undefined, prefix, names, outputs, opsets, attributes };
      this.addNodes(called.node, inner);
      return inner;
    });
  }

  private inlineBranch(proto: NodeProto, scope: Scope): void {
    const condition = this.flat.tensors.get(inputsOf(proto, scope)[0] ?? "")?.values?.[0];
    const { then_branch, else_branch } = readAttributes(proto, scope.attributes).graphs;
    if (!then_branch || !else_branch)
      throw new LitepredError("invalid-model", `node "${proto.name}" (If) lacks a branch`);
    const longer = () => (nodesIn(then_branch) >= nodesIn(else_branch) ? then_branch : else_branch);
    // Where the branch is chosen while the model runs, the time is that of the one with more to do.
    const branch = condition === undefined ? longer() : condition ? then_branch : else_branch;
    const locals = branch.output.map(({ name }) => name);
    this.inline(proto, scope, locals, "", (outputs, prefix) => {
      const inner: Scope = { ...scope, parent: scope, prefix, names: new Map(), outputs };
      this.addGraph(branch, inner);
      return inner;
    });
  }

  private addGraph(graph: GraphProto, inner: Scope): void {
    this.addInitializers(graph, inner);
    this.addNodes(graph.node, inner);
  }

  /** What `add` adds is inside one more function or branch. */
  private nested<T>(key: string, add: () => T): T {
    const { nesting } = flattenLimits;
    if (this.calls.length >= nesting) exceeded(`functions or branches nested more than ${nesting} deep`);
    this.calls.push(key);
    const added = add();
    this.calls.pop();
    return added;
  }

  /** Adds the body and makes its outputs known outside under the names that the caller gave them. */
  private inline(
    proto: NodeProto,
    scope: Scope,
    locals: readonly string[],
    key: string,
    addBody: (outputs: ReadonlyMap<string, string>, prefix: string) => Scope,
  ): void {
    const outputs = new Map<string, string>();
    proto.output.forEach((name, i) => {
      const local = locals[i] ?? dangling(`output ${i} of ${described(proto)}`);
      if (name !== "" && !outputs.has(local)) outputs.set(local, outerName(scope, name, this.flat.tensorNames));
    });
    const inner = this.nested(key, () => addBody(outputs, prefixFor(scope, proto.name || proto.opType)));
    proto.output.forEach((name, i) => {
      if (name !== "") register(scope, name, outputOf(inner, locals[i]!, described(proto)));
    });
  }
}

/** Nodes of a graph and of the graphs in it. */
function nodesIn(graph: GraphProto): number {
  const inner = (node: NodeProto) => node.attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs));
  return graph.node.reduce((sum, node) => inner(node).reduce((count, each) => count + nodesIn(each), sum + 1), 0);
}

function calleeAttributes(proto: NodeProto, called: FunctionProto, scope: AttributeScope | undefined): AttributeScope {
  const given = [...called.attributeProto, ...resolvedAttributes(proto, scope)];
  return new Map(given.map((attribute) => [attribute.name, attribute]));
}
