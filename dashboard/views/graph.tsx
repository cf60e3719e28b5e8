/** The model as a graph coloured by what it costs: blocks first, one of them opened by a click; a kernel leads to its row in the table. */
import { useMemo } from "preact/hooks";
import { engine, layouter } from "../engine/client.js";
import type { KernelRow, ModelFacts, Prediction } from "../engine/protocol.js";
import type { BoxGraph, Layout, Point } from "../layout/types.js";
import { ms, percent } from "../parts/format.js";
import { heat } from "../parts/heat.js";
import { Await } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { theme } from "../theme.js";

interface Node {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly latencyMs: number;
  readonly share: number;
  readonly flops: number;
  /** A block to open, or a kernel to look up. */
  readonly block?: string;
  readonly kernel?: number;
}

type ColourBy = "share" | "rate";

export function GraphTab({ facts, prediction }: { facts: ModelFacts; prediction: Prediction }) {
  const edges = useLater(() => engine.edges(facts.id, prediction.platform), [facts.id, prediction.platform]);
  const { open = "", colour = "share" } = route.value.params;
  const setOpen = (block: string | undefined) => setParams({ open: block }, true);
  return (
    <>
      <div class="row between">
        <div class="row">
          <label class="field">
            coloured by
            <select value={colour} onChange={(event) => setParams({ colour: event.currentTarget.value }, true)}>
              <option value="share">share of the time</option>
              <option value="rate">ms per FLOP</option>
            </select>
          </label>
          <label class="field">
            shown
            <select
              value={open === "*" ? "*" : open === "" ? "" : "one"}
              onChange={(event) => setOpen(event.currentTarget.value || undefined)}
            >
              <option value="">blocks</option>
              {open !== "" && open !== "*" ? <option value="one">blocks, {open} open</option> : null}
              <option value="*">every kernel</option>
            </select>
          </label>
        </div>
        <Legend by={colour as ColourBy} />
      </div>
      <Await of={edges}>
        {(found) => (
          <Drawing prediction={prediction} edges={found} open={open} by={colour as ColourBy} setOpen={setOpen} />
        )}
      </Await>
    </>
  );
}

interface DrawingProps {
  readonly prediction: Prediction;
  readonly edges: readonly (readonly [number, number])[];
  readonly open: string;
  readonly by: ColourBy;
  setOpen(block: string | undefined): void;
}

function Drawing({ prediction, edges, open, by, setOpen }: DrawingProps) {
  const { nodes, graph } = useMemo(() => boxesOf(prediction.kernels, edges, open), [prediction, edges, open]);
  const layout = useLater(() => layouter.layout(graph), [graph]);
  const pick = ({ block, kernel }: Node) =>
    kernel === undefined ? setOpen(block) : setParams({ k: String(kernel) }, true);
  const chosen = prediction.kernels[Number(route.value.params.k ?? -1)];
  return (
    <>
      <Await of={layout} waiting="laying the graph out…">
        {(found) => <Picture nodes={nodes} layout={found} graph={graph} by={by} pick={pick} chosen={chosen?.index} />}
      </Await>
      {chosen === undefined ? (
        <p class="muted small">A click opens a block, or chooses a kernel.</p>
      ) : (
        <p class="row">
          <span>
            <b>{chosen.name}</b> <span class="mono">{chosen.text}</span> {ms(chosen.latencyMs)} ms,{" "}
            {percent(chosen.share)}, bound by {chosen.bound}
          </span>
          <button type="button" onClick={() => setParams({ tab: "kernels", group: undefined, filter: undefined })}>
            see it in the table
          </button>
          <button type="button" onClick={() => setParams({ tab: "what-if" })}>
            change it
          </button>
        </p>
      )}
    </>
  );
}

/** The boxes that are shown: a block as one, or its kernels where it is open. */
function boxesOf(kernels: readonly KernelRow[], edges: DrawingProps["edges"], open: string) {
  const idOf = ({ block, index }: KernelRow) => (open === "*" || open === block ? `kernel ${index}` : `block ${block}`);
  const nodes = new Map<string, Node>();
  // What an engine inserts (copies, reorders) reads nothing that is known: it is part of a block, but no box of its own.
  const joined = new Set(edges.flat());
  for (const kernel of kernels) {
    if (idOf(kernel).startsWith("kernel") && joined.size > 0 && !joined.has(kernel.index)) continue;
    const id = idOf(kernel);
    nodes.set(id, id.startsWith("kernel") ? kernelNode(id, kernel) : blockNode(id, kernel, nodes.get(id)));
  }
  const seen = new Map<string, readonly [string, string]>();
  for (const [from, to] of edges) {
    const pair = [idOf(kernels[from]!), idOf(kernels[to]!)] as const;
    if (pair[0] !== pair[1]) seen.set(pair.join("\n"), pair);
  }
  const boxes = [...nodes.values()].map(({ id, title, detail }) => ({
    id,
    width: 24 + 7 * Math.max(title.length, detail.length),
    height: 40,
  }));
  return { nodes, graph: { boxes, edges: [...seen.values()] } satisfies BoxGraph };
}

const shortened = (text: string, length: number) => (text.length > length ? `…${text.slice(1 - length)}` : text);

const kernelNode = (id: string, { type, text, latencyMs, share, flops, index }: KernelRow): Node => ({
  id,
  title: `${type} ${ms(latencyMs)} ms`,
  detail: shortened(text, 30),
  latencyMs,
  share,
  flops,
  kernel: index,
});

function blockNode(id: string, kernel: KernelRow, before: Node | undefined): Node {
  const count = before === undefined ? 1 : Number.parseInt(before.detail, 10) + 1;
  const latencyMs = (before?.latencyMs ?? 0) + kernel.latencyMs;
  return {
    id,
    title: shortened(kernel.block, 28),
    detail: `${count} kernel${count > 1 ? "s" : ""}, ${ms(latencyMs)} ms`,
    latencyMs,
    share: (before?.share ?? 0) + kernel.share,
    flops: (before?.flops ?? 0) + kernel.flops,
    block: kernel.block,
  };
}

interface PictureProps {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly graph: BoxGraph;
  readonly layout: Layout;
  readonly by: ColourBy;
  readonly chosen: number | undefined;
  pick(node: Node): void;
}

function Picture({ nodes, graph, layout, by, chosen, pick }: PictureProps) {
  const scale = useMemo(() => heatScale([...nodes.values()], by), [nodes, by, theme.value]);
  return (
    <div class="graph" tabIndex={0} role="region" aria-label="graph of the model">
      <svg width={layout.width} height={layout.height} role="group" aria-label={`${nodes.size} boxes`}>
        {layout.edges.map((points, i) => (
          <path key={i} d={curve(points)} />
        ))}
        {graph.boxes.map(({ id, width, height }) => {
          const node = nodes.get(id)!;
          const { x, y } = layout.boxes[id]!;
          const warmth = scale(node);
          return (
            <g
              key={id}
              role="button"
              tabindex={0}
              class={`${warmth.ink === "#000" ? "ink-dark" : "ink-light"} ${node.kernel !== undefined && node.kernel === chosen ? "chosen" : ""}`}
              transform={`translate(${x - width / 2} ${y - height / 2})`}
              onClick={() => pick(node)}
              onKeyDown={(event) => onPress(event, () => pick(node))}
            >
              <title>{`${node.title} ${node.detail}, ${percent(node.share)} of the time`}</title>
              <rect width={width} height={height} rx={6} fill={warmth.fill} />
              <text x={width / 2} y={17} text-anchor="middle" font-weight="600">
                {node.title}
              </text>
              <text x={width / 2} y={32} text-anchor="middle">
                {node.detail}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function onPress(event: KeyboardEvent, act: () => void): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  act();
}

const curve = ([first, ...rest]: readonly Point[]) =>
  first === undefined ? "" : `M${first.x} ${first.y}${rest.map(({ x, y }) => `L${x} ${y}`).join("")}`;

/** Pale to strong; the logarithm for rates, which differ by orders of magnitude. */
function heatScale(nodes: readonly Node[], by: ColourBy): (node: Node) => { fill: string; ink: string } {
  const value =
    by === "share" ? (node: Node) => node.share : (node: Node) => Math.log(node.latencyMs / Math.max(1, node.flops));
  const values = nodes.map(value);
  const [low, high] = [by === "share" ? 0 : Math.min(...values), Math.max(...values)];
  return (node) => heat((value(node) - low) / (high - low || 1));
}

function Legend({ by }: { by: ColourBy }) {
  const [less, more] = by === "share" ? ["little time", "much"] : ["fast for its FLOPs", "slow"];
  return (
    <span class="row small muted">
      {less}
      <span
        aria-hidden="true"
        style={{
          width: "90px",
          height: "10px",
          borderRadius: "3px",
          background: `linear-gradient(90deg, ${heat(0).fill}, ${heat(0.5).fill}, ${heat(1).fill})`,
        }}
      />
      {more}
    </span>
  );
}
