/**
 * NAS-Bench-201 (Dong and Yang, ICLR 2020): a cell of four nodes whose six edges have one of five operations, fifteen
 * cells in three stages on 32×32 images. The published string form is read and written here.
 */
import { LitepredError } from "../../base/index.js";
import {
  activation,
  add,
  avgPool,
  batchNorm,
  conv,
  createGraphBuilder,
  fc,
  flatten,
  type GraphBuilder,
  globalAvgPool,
  mul,
  scalar,
} from "../../graph/index.js";
import { type ArchitectureOf, createChoiceSpace, repeated } from "../choice-space.js";

const OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"] as const;
type Operation = (typeof OPERATIONS)[number];

/** Edges in the order of the published strings: 0→1; 0→2, 1→2; 0→3, 1→3, 2→3. */
const genes = { ops: repeated(6, OPERATIONS) };
export type NasBench201 = ArchitectureOf<typeof genes>;

/** `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`. */
export function nasBench201ToString({ ops }: NasBench201): string {
  return [0, 1, 3]
    .map(
      (start, node) =>
        `|${ops
          .slice(start, start + node + 1)
          .map((op, i) => `${op}~${i}|`)
          .join("")}`,
    )
    .join("+");
}

/** @throws LitepredError `invalid-config`. */
export function nasBench201OfString(text: string): NasBench201 {
  const ops = [...text.matchAll(/\|?([a-z0-9_]+)~\d\|/g)].map((match) => match[1] as Operation);
  if (ops.length !== 6 || nasBench201ToString({ ops }) !== text || ops.some((op) => !OPERATIONS.includes(op)))
    throw new LitepredError(
      "invalid-config",
      `not a NAS-Bench-201 architecture: ${text}`,
      "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|",
    );
  return { ops };
}

const reluConv = (g: GraphBuilder, x: string, cout: number, kernel: number, stride = 1) =>
  conv(g, activation(g, x, "relu"), { cout, kernel, stride });

function edge(g: GraphBuilder, x: string, operation: Operation): string {
  const channels = g.shape(x)[1]!;
  switch (operation) {
    case "none":
      return mul(g, x, scalar(g, 0));
    case "skip_connect":
      return x;
    case "nor_conv_1x1":
      return reluConv(g, x, channels, 1);
    case "nor_conv_3x3":
      return reluConv(g, x, channels, 3);
    case "avg_pool_3x3":
      return avgPool(g, x, { kernel: 3, stride: 1, padding: 1 });
    default:
      return operation satisfies never;
  }
}

/** Edges without operation are left out, as a deployed network has them, unless a node has no other. */
function cell(g: GraphBuilder, x: string, ops: readonly Operation[]): string {
  const nodes = [x];
  for (const start of [0, 1, 3]) {
    const edges = nodes.map((from, i) => ({ from, operation: ops[start + i]! }));
    const real = edges.filter(({ operation }) => operation !== "none");
    const terms = (real.length > 0 ? real : edges.slice(0, 1)).map(({ from, operation }) => edge(g, from, operation));
    nodes.push(terms.reduce((sum, term) => add(g, sum, term)));
  }
  return nodes[3]!;
}

function reduction(g: GraphBuilder, x: string, cout: number): string {
  const y = reluConv(g, reluConv(g, x, cout, 3, 2), cout, 3);
  return add(g, conv(g, avgPool(g, x, { kernel: 2, padding: 0 }), { cout, kernel: 1, bias: false }), y);
}

function graph({ ops }: NasBench201) {
  const g = createGraphBuilder("nasbench201");
  let x = conv(g, g.input("input", [1, 3, 32, 32]), { cout: 16, kernel: 3 });
  for (const channels of [16, 32, 64]) {
    if (channels > 16) x = reduction(g, x, channels);
    for (let i = 0; i < 5; i++) x = cell(g, x, ops);
  }
  x = activation(g, batchNorm(g, x), "relu");
  return g.build([fc(g, flatten(g, globalAvgPool(g, x)), 10)]);
}

export default createChoiceSpace({
  name: "nasbench201",
  summary: "NAS-Bench-201: cells of four nodes and six edges with five operations, 32×32 images",
  genes,
  graph,
});
