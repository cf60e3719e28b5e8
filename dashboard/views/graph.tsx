/** The model as a graph coloured by what it costs: blocks first, one of them opened by a click; a kernel leads to its row in the table. */
import { useMemo } from "preact/hooks";
import { engine, layouter } from "../engine/client.js";
import type { KernelRow, ModelFacts, Prediction } from "../engine/protocol.js";
import type { BoxGraph } from "../layout/types.js";
import { ms, percent } from "../parts/format.js";
import { heat } from "../parts/heat.js";
import { Await } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { type ColourBy, type Node, Picture } from "./graph-picture.js";

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
        {(found) => (
          <Picture name="graph" nodes={nodes} layout={found} graph={graph} by={by} pick={pick} chosen={chosen?.index} />
        )}
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
