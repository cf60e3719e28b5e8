/**
 * Rewrites small subgraphs that are given as data: `["Mul", "x", ["Sigmoid", "x"]]`. A match is taken only if nothing
 * outside it reads what lies inside it.
 */
import type { FusedPattern, Pattern } from "../rule-schema.js";
import { removeNode, replaceInputs, setOperator } from "../work-edits.js";
import { has, scalarOf, type WorkGraph, type WorkNode, type WorkValue } from "../work-graph.js";
import { nodesOf } from "../work-order.js";

const commutative = new Set(["Add", "Mul"]);

type NodePattern = Exclude<Pattern, string | number>;

interface Match {
  readonly nodes: WorkNode[];
  readonly values: [string, WorkValue][];
}

export function matchPatterns(work: WorkGraph, patterns: readonly FusedPattern[]): boolean {
  const wanted = patterns.filter(
    (entry) =>
      (entry.minOpset === undefined || work.opset >= entry.minOpset) &&
      (entry.maxOpset === undefined || work.opset <= entry.maxOpset) &&
      operatorsOf(entry).every((operator) => has(work, operator)),
  );
  if (wanted.length === 0) return false;
  const roots = wanted.map((entry) => (entry.match as readonly string[])[0]!.split("|"));
  let changed = false;
  for (const node of nodesOf(work)) {
    for (let i = 0; i < wanted.length; i++) {
      if (!node.alive || node.domain !== "" || !roots[i]!.includes(node.operator)) continue;
      changed = rewrite(work, node, wanted[i]!) || changed;
    }
  }
  return changed;
}

const operatorLists = new WeakMap<FusedPattern, readonly string[]>();

/** The operators that a pattern needs, each once. */
function operatorsOf(entry: FusedPattern): readonly string[] {
  let list = operatorLists.get(entry);
  if (list === undefined) {
    const found = new Set<string>();
    const visit = (pattern: Pattern) => {
      if (typeof pattern !== "object") return;
      if (!pattern[0].includes("|")) found.add(pattern[0]);
      for (const child of pattern.slice(1)) visit(child as Pattern);
    };
    visit(entry.match);
    list = [...found];
    operatorLists.set(entry, list);
  }
  return list;
}

function rewrite(work: WorkGraph, root: WorkNode, entry: FusedPattern): boolean {
  const match: Match = { nodes: [], values: [] };
  if (!matchNode(root, entry.match as NodePattern, match) || !isClosed(match) || isExcluded(match, entry)) return false;
  const inner = match.nodes.filter((node) => node !== root);
  const inputs = entry.becomes.inputs.map((name) => match.values.find(([known]) => known === name)?.[1]);
  const sources = [...match.nodes].sort((a, b) => a.index - b.index).flatMap((node) => node.sources);
  replaceInputs(work, root, inputs);
  for (const node of inner) removeNode(work, node);
  setOperator(work, root, entry.becomes.operator, entry.becomes.domain);
  root.attributes = entry.becomes.attributes;
  root.sources = sources;
  return true;
}

/** No node but the root (first in the list) is read from outside the match. */
function isClosed(match: Match): boolean {
  for (let i = 1; i < match.nodes.length; i++) {
    for (const output of match.nodes[i]!.outputs) {
      if (output.isOutput || !output.consumers.every((consumer) => match.nodes.includes(consumer))) return false;
    }
  }
  return true;
}

/** `A|B` stands for either. */
const isOperator = (node: WorkNode, name: string): boolean =>
  node.operator === name || (name.includes("|") && name.split("|").includes(node.operator));

function isExcluded(match: Match, { unlessMadeBy }: FusedPattern): boolean {
  return match.values.some(([name, value]) => {
    const operators = unlessMadeBy[name];
    return operators !== undefined && value.producer !== undefined && operators.includes(value.producer.operator);
  });
}

function matchNode(node: WorkNode, pattern: NodePattern, match: Match): boolean {
  const [operator, left, right] = pattern as readonly [string, Pattern, Pattern];
  if (!isOperator(node, operator) || node.domain !== "" || node.activation !== undefined) return false;
  if (!match.nodes.includes(node)) match.nodes.push(node);
  if (!commutative.has(operator)) {
    for (let i = 1; i < pattern.length; i++) {
      if (!matchValue(node.inputs[i - 1], pattern[i] as Pattern, match)) return false;
    }
    return true;
  }
  const nodes = match.nodes.length;
  const values = match.values.length;
  if (matchValue(node.inputs[0], left, match) && matchValue(node.inputs[1], right, match)) return true;
  match.nodes.length = nodes;
  match.values.length = values;
  return matchValue(node.inputs[1], left, match) && matchValue(node.inputs[0], right, match);
}

function matchValue(value: WorkValue | undefined, pattern: Pattern, match: Match): boolean {
  if (value === undefined) return false;
  if (typeof pattern === "number") {
    const scalar = scalarOf(value);
    return scalar !== undefined && Math.abs(scalar - pattern) <= 1e-3 * Math.abs(pattern);
  }
  if (typeof pattern === "string") {
    if (pattern.startsWith("#") && !value.constant) return false;
    const known = match.values.find(([name]) => name === pattern);
    if (known !== undefined) return known[1] === value;
    match.values.push([pattern, value]);
    return true;
  }
  return value.producer !== undefined && matchNode(value.producer, pattern, match);
}
