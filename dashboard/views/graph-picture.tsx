/** The boxes and edges of a graph as they are laid out. Of a large one only what is in sight is drawn. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Box, BoxGraph, Layout, Point } from "../layout/types.js";
import { colour } from "../parts/chart.js";
import { escaped, percent } from "../parts/format.js";
import { type Heat, heat } from "../parts/heat.js";
import { save, saveSvgAsPng } from "../parts/save.js";
import { theme } from "../theme.js";

export interface Node {
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

export type ColourBy = "share" | "rate";

interface PictureProps {
  readonly name: string;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly graph: BoxGraph;
  readonly layout: Layout;
  readonly by: ColourBy;
  readonly chosen: number | undefined;
  pick(node: Node): void;
}

/** What is drawn beyond what is in sight, and the step in which that moves, pixels. Choices. */
const beyond = 800;
const step = 400;

export function Picture({ name, nodes, graph, layout, by, chosen, pick }: PictureProps) {
  const place = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const scale = useMemo(() => heatScale([...nodes.values()], by), [nodes, by, theme.value]);
  const shownId = graph.boxes.find(({ id }) => chosen !== undefined && nodes.get(id)!.kernel === chosen)?.id;
  useEffect(() => bringIntoSight(place.current, shownId === undefined ? undefined : layout.boxes[shownId]), [layout]);
  const reaches = useMemo(() => layout.edges.map(reachOf), [layout]);
  const height = place.current?.clientHeight ?? 900;
  const isInSight = (from: number, to: number) => to >= top - beyond && from <= top + height + beyond;
  return (
    <>
      <div
        class="graph"
        tabIndex={0}
        role="region"
        aria-label="graph of the model"
        ref={place}
        onScroll={(event) => setTop(step * Math.floor(event.currentTarget.scrollTop / step))}
      >
        <svg width={layout.width} height={layout.height} role="group" aria-label={`${nodes.size} boxes`}>
          {layout.edges.map((points, i) =>
            isInSight(...reaches[i]!) ? <path key={`edge ${i}`} d={curve(points)} /> : null,
          )}
          {graph.boxes.map((box) => {
            const at = layout.boxes[box.id]!;
            const node = nodes.get(box.id)!;
            return isInSight(at.y - box.height, at.y + box.height) ? (
              <NodeBox
                key={box.id}
                box={box}
                at={at}
                node={node}
                warmth={scale(node)}
                chosen={box.id === shownId}
                pick={pick}
              />
            ) : null;
          })}
        </svg>
      </div>
      <div class="row no-print">
        <button
          type="button"
          class="link small"
          onClick={() => save(`${name}.svg`, svgOf(nodes, graph, layout, scale), "image/svg+xml")}
        >
          save as SVG
        </button>
        <button
          type="button"
          class="link small"
          onClick={() => void saveSvgAsPng(`${name}.png`, svgOf(nodes, graph, layout, scale), layout)}
        >
          save as PNG
        </button>
      </div>
    </>
  );
}

function bringIntoSight(place: HTMLElement | null, at: Point | undefined): void {
  if (place === null || at === undefined) return;
  if (at.y > place.scrollTop && at.y < place.scrollTop + place.clientHeight) return;
  place.scrollTo(at.x - place.clientWidth / 2, at.y - place.clientHeight / 2);
}

const reachOf = (points: readonly Point[]): [from: number, to: number] =>
  points.reduce(
    ([from, to], { y }): [number, number] => [Math.min(from, y), Math.max(to, y)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );

interface NodeBoxProps {
  readonly box: Box;
  readonly at: Point;
  readonly node: Node;
  readonly warmth: Heat;
  readonly chosen: boolean;
  pick(node: Node): void;
}

function NodeBox({ box: { width, height }, at: { x, y }, node, warmth, chosen, pick }: NodeBoxProps) {
  return (
    <g
      role="button"
      tabindex={0}
      class={`${warmth.ink === "#000" ? "ink-dark" : "ink-light"} ${chosen ? "chosen" : ""}`}
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
}
function onPress(event: KeyboardEvent, act: () => void): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  act();
}

const curve = ([first, ...rest]: readonly Point[]) =>
  first === undefined ? "" : `M${first.x} ${first.y}${rest.map(({ x, y }) => `L${x} ${y}`).join("")}`;

/** Pale to strong; the logarithm for rates, which differ by orders of magnitude. */
function heatScale(nodes: readonly Node[], by: ColourBy): (node: Node) => Heat {
  const value =
    by === "share" ? (node: Node) => node.share : (node: Node) => Math.log(node.latencyMs / Math.max(1, node.flops));
  const values = nodes.map(value);
  const [low, high] = [by === "share" ? 0 : Math.min(...values), Math.max(...values)];
  return (node) => heat((value(node) - low) / (high - low || 1));
}

/** The whole graph as a file, whatever is in sight. */
function svgOf(nodes: PictureProps["nodes"], { boxes }: BoxGraph, layout: Layout, scale: (node: Node) => Heat): string {
  const drawn = boxes.map(({ id, width, height }) => {
    const { x, y } = layout.boxes[id]!;
    const { title, detail } = nodes.get(id)!;
    const { fill, ink } = scale(nodes.get(id)!);
    const text = (at: number, line: string, weight: number) =>
      `<text x="${x}" y="${y - height / 2 + at}" fill="${ink}" font-weight="${weight}">${escaped(line)}</text>`;
    return `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="6" fill="${fill}"/>${text(17, title, 600)}${text(32, detail, 400)}`;
  });
  const edges = layout.edges.map((points) => `<path d="${curve(points)}"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${layout.height}" font-family="system-ui, sans-serif" font-size="11.5" text-anchor="middle">
<rect width="100%" height="100%" fill="${colour("--card")}"/>
<g fill="none" stroke="${colour("--muted")}">${edges.join("")}</g>
${drawn.join("\n")}
</svg>`;
}
