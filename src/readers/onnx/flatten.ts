/**
 * The file's main graph, functions and branches as one flat list of nodes with every shape known. Constants are
 * computed on the way: that decides which branch of an If is taken, and what Reshape and Slice make of their inputs.
 */
import { LitepredError } from "../../base/index.js";
import type { FunctionProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from "../../formats/onnx/index.js";
import { type GraphNode, hasShapeRule, inferOutputs, type Tensor } from "../../graph/index.js";
import { type AttributeScope, type NodeAttributes, readAttributes, resolvedAttributes } from "./attributes.js";
import { declaredTensor, resolveInputs } from "./declared-shapes.js";
import type { ReadOnnxOptions } from "./index.js";
import { inOrder } from "./order.js";
import { define, Names, outerName, prefixFor, resolve, type Scope } from "./scope.js";
import { readTensor } from "./tensor-proto.js";

/** Choices: a hundred times what the largest models of torchvision and timm need. */
export const flattenLimits = { nodes: 100_000, links: 1_000_000, knownValues: 8_000_000, nesting: 16 } as const;

/** Everything of the model, constants and dead nodes included. */
export interface FlatModel {
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly opset: number;
}

export function flatten(model: ModelProto, options: ReadOnnxOptions): FlatModel {
  return new Flattener(model, options).run();
}

const functionKey = (domain: string, name: string, overload: string) => `${normalDomain(domain)}\n${name}\n${overload}`;
const normalDomain = (domain: string) => (domain === "ai.onnx" ? "" : domain);

class Flattener {
  private readonly tensors = new Map<string, Tensor>();
  private readonly nodes: GraphNode[] = [];
  private readonly tensorNames = new Names();
  private readonly nodeNames = new Names();
  private readonly functions = new Map<string, FunctionProto>();
  private readonly declared = new Map<string, ValueInfoProto>();
  private readonly calls: string[] = [];
  private links = 0;
  private knownValues = 0;
  private visited = 0;

  constructor(
    private readonly model: ModelProto,
    private readonly options: ReadOnnxOptions,
  ) {
    for (const item of model.functions) this.functions.set(functionKey(item.domain, item.name, item.overload), item);
  }

  run(): FlatModel {
    const { graph } = this.model;
    if (!graph) throw new LitepredError("invalid-model", "the ONNX file holds no graph");
    const opsets = opsetsOf(this.model.opsetImport);
    const names = new Map<string, string>();
    const scope: Scope = { parent: undefined, prefix: "", names, outputs: new Map(), opsets, attributes: undefined };
    for (const info of [...graph.valueInfo, ...graph.output]) this.declared.set(info.name, info);
    for (const node of graph.node) for (const output of node.output) this.tensorNames.claim(output);
    this.addInitializers(graph, scope);
    const inputs = this.addInputs(graph, scope);
    this.addNodes(graph.node, scope);
    const outputs = graph.output.map(({ name }) => this.outputOf(scope, name, "the model"));
    if (outputs.length === 0) throw new LitepredError("invalid-model", "the model has no output");
    return { nodes: this.nodes, tensors: this.tensors, inputs, outputs, opset: opsets.get("")! };
  }

  private addTensor(tensor: Tensor): void {
    this.knownValues += tensor.values?.length ?? 0;
    if (this.knownValues > flattenLimits.knownValues)
      exceeded(`more than ${flattenLimits.knownValues} constant values`);
    this.tensors.set(tensor.name, tensor);
  }

  private addInitializers(graph: GraphProto, scope: Scope): void {
    for (const proto of graph.initializer) {
      const tensor = readTensor(proto, proto.name, this.options.externalData);
      this.tensorNames.claim(proto.name);
      this.addTensor({ ...tensor, name: define(scope, proto.name, this.tensorNames) });
    }
    for (const { values, dims } of graph.sparseInitializer) {
      if (!values) throw new LitepredError("invalid-model", "a sparse tensor has no values");
      const { type } = readTensor(values, values.name);
      const dense = readTensor({ ...values, dims, dataLocation: 1 }, values.name);
      this.addTensor({ ...dense, type, name: define(scope, values.name, this.tensorNames) });
    }
  }

  /** Files before IR 4 list initializers among the inputs; those are constants, not inputs. */
  private addInputs(graph: GraphProto, scope: Scope): string[] {
    const open = graph.input.filter(({ name }) => !scope.names.has(name));
    const tensors = resolveInputs(open, this.options.inputShapes ?? {});
    for (const tensor of tensors) {
      this.tensorNames.claim(tensor.name);
      this.addTensor({ ...tensor, name: define(scope, tensor.name, this.tensorNames) });
    }
    return tensors.map(({ name }) => name);
  }

  private addNodes(nodes: readonly NodeProto[], scope: Scope): void {
    for (const node of inOrder(nodes)) {
      this.links += node.input.length + node.output.length;
      if (++this.visited > flattenLimits.nodes) exceeded(`more than ${flattenLimits.nodes} nodes`);
      if (this.links > flattenLimits.links) exceeded(`more than ${flattenLimits.links} inputs and outputs of nodes`);
      this.addNode(node, scope);
    }
  }

  private addNode(proto: NodeProto, scope: Scope): void {
    const domain = normalDomain(proto.domain);
    const called = this.functions.get(functionKey(domain, proto.opType, proto.overload));
    if (called) this.inlineFunction(proto, called, scope);
    else {
      const attributes = readAttributes(proto, scope.attributes);
      if (domain === "" && proto.opType === "If") this.inlineBranch(proto, attributes, scope);
      else if (domain === "" && proto.opType === "Constant") this.addConstant(proto, attributes, scope);
      else this.addOperator(proto, domain, attributes, scope);
    }
  }

  private inputsOf(proto: NodeProto, scope: Scope): string[] {
    const inputs = proto.input.map((name) => {
      if (name === "") return "";
      return resolve(scope, name) ?? dangling(`input "${name}" of node "${proto.name}" (${proto.opType})`);
    });
    while (inputs.at(-1) === "") inputs.pop();
    return inputs;
  }

  private nodeName(proto: NodeProto, scope: Scope): string {
    const own = proto.name || `${proto.opType}_${this.nodes.length}`;
    return this.nodeNames.unique(scope.prefix === "" ? own : scope.prefix + own.slice(0, 200));
  }

  private addOperator(proto: NodeProto, domain: string, { values, graphs }: NodeAttributes, scope: Scope): void {
    const operator = proto.opType;
    if (Object.keys(graphs).length > 0) {
      throw new LitepredError(
        "unsupported-operator",
        `node "${proto.name}": ${operator} runs a sub-graph an unknown number of times, which is not supported`,
      );
    }
    const outputs = proto.output.map((name) => (name === "" ? "" : outerName(scope, name, this.tensorNames)));
    while (outputs.at(-1) === "") outputs.pop();
    if (outputs.length === 0) return;
    const inputs = this.inputsOf(proto, scope);
    const node: GraphNode = {
      name: this.nodeName(proto, scope),
      operator,
      domain,
      inputs,
      outputs,
      attributes: values,
    };
    const tensors = this.infer(node, scope);
    this.nodes.push(node);
    tensors.forEach((tensor, i) => {
      if (tensor.name === "") return;
      this.register(scope, proto.output[i]!, tensor.name);
      this.addTensor(tensor);
    });
  }

  private infer(node: GraphNode, scope: Scope): Tensor[] {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.tensors.get(name)!));
    const opset = scope.opsets.get(node.domain) ?? scope.opsets.get("")!;
    if (!hasShapeRule(node.operator, node.domain)) {
      const declared = node.outputs.map((name) => declaredTensor(this.declared.get(name)));
      if (declared.every((tensor) => tensor !== undefined)) {
        const constant = inputs.every((input) => input?.constant !== false);
        return declared.map((tensor) => ({ ...tensor, constant }));
      }
    }
    return inferOutputs(node, inputs, opset);
  }

  private register(scope: Scope, local: string, name: string): void {
    if (scope.names.has(local)) throw new LitepredError("invalid-model", `tensor "${local}" is defined twice`);
    scope.names.set(local, name);
  }

  private addConstant(proto: NodeProto, attributes: NodeAttributes, scope: Scope): void {
    const given = resolvedAttributes(proto, scope.attributes);
    const tensor = given.find(({ name }) => name === "value")?.t;
    const output = proto.output[0] ?? "";
    if (tensor === undefined || output === "") this.addOperator(proto, "", attributes, scope);
    else {
      const constant = readTensor(tensor, output, this.options.externalData);
      this.addTensor({ ...constant, name: define(scope, output, this.tensorNames) });
    }
  }

  private inlineFunction(proto: NodeProto, called: FunctionProto, scope: Scope): void {
    const key = functionKey(called.domain, called.name, called.overload);
    if (this.calls.includes(key)) throw new LitepredError("invalid-model", `function ${called.name} calls itself`);
    const inputs = this.inputsOf(proto, scope);
    const names = new Map(called.input.map((name, i) => [name, inputs[i] ?? ""]));
    const opsets = new Map([...scope.opsets, ...called.opsetImport.map(opsetEntry)]);
    const attributes = calleeAttributes(proto, called, scope.attributes);
    this.inline(proto, scope, called.output, key, (outputs, prefix) => {
      const inner: Scope = { parent: undefined, prefix, names, outputs, opsets, attributes };
      this.addNodes(called.node, inner);
      return inner;
    });
  }

  /** Runs the body and makes its outputs known outside under the names that the caller gave them. */
  private inline(
    proto: NodeProto,
    scope: Scope,
    locals: readonly string[],
    key: string,
    addBody: (outputs: ReadonlyMap<string, string>, prefix: string) => Scope,
  ): void {
    if (this.calls.length >= flattenLimits.nesting)
      exceeded(`functions or branches nested more than ${flattenLimits.nesting} deep`);
    this.calls.push(key);
    const outputs = new Map<string, string>();
    proto.output.forEach((name, i) => {
      const local = locals[i] ?? dangling(`output ${i} of node "${proto.name}" (${proto.opType})`);
      if (name !== "" && !outputs.has(local)) outputs.set(local, outerName(scope, name, this.tensorNames));
    });
    const inner = addBody(outputs, prefixFor(scope, proto.name || proto.opType));
    this.calls.pop();
    proto.output.forEach((name, i) => {
      if (name !== "")
        this.register(scope, name, this.outputOf(inner, locals[i]!, `node "${proto.name}" (${proto.opType})`));
    });
  }

  private outputOf(scope: Scope, name: string, what: string): string {
    return resolve(scope, name) || dangling(`output "${name}" of ${what}`);
  }

  private inlineBranch(proto: NodeProto, { graphs }: NodeAttributes, scope: Scope): void {
    const condition = this.tensors.get(this.inputsOf(proto, scope)[0] ?? "")?.values?.[0];
    if (condition === undefined) {
      throw new LitepredError(
        "unsupported-operator",
        `node "${proto.name}" (If) decides at run time which branch is taken`,
        "Export the model with that condition fixed.",
      );
    }
    const branch = graphs[condition ? "then_branch" : "else_branch"];
    if (!branch) throw new LitepredError("invalid-model", `node "${proto.name}" (If) lacks a branch`);
    const locals = branch.output.map(({ name }) => name);
    this.inline(proto, scope, locals, "", (outputs, prefix) => {
      const inner: Scope = { ...scope, parent: scope, prefix, names: new Map(), outputs };
      this.addInitializers(branch, inner);
      this.addNodes(branch.node, inner);
      return inner;
    });
  }
}

function calleeAttributes(proto: NodeProto, called: FunctionProto, scope: AttributeScope | undefined): AttributeScope {
  const given = [...called.attributeProto, ...resolvedAttributes(proto, scope)];
  return new Map(given.map((attribute) => [attribute.name, attribute]));
}

const opsetEntry = ({ domain, version }: { domain: string; version: bigint }): [string, number] => [
  normalDomain(domain),
  Number(version),
];

/** Rules cover opsets 7 to 26; fixtures cover 9 to 23. */
function opsetsOf(imports: ModelProto["opsetImport"]): Map<string, number> {
  const opsets = new Map(imports.map(opsetEntry));
  const version = opsets.get("");
  if (version === undefined)
    throw new LitepredError("invalid-model", "the model imports no version of ONNX's operators");
  if (version < 7 || version > 26) {
    throw new LitepredError(
      "unsupported-operator",
      `opset ${version} is outside 7 to 26`,
      "Export with opset 9 to 23.",
    );
  }
  return opsets;
}

function dangling(what: string): never {
  throw new LitepredError("invalid-model", `${what} is produced by nothing`);
}

function exceeded(what: string): never {
  throw new LitepredError("limit-exceeded", `the model is refused: ${what}`, "", flattenLimits);
}
