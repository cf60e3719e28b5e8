/** An interval as a bar on a scale shared by all rows of a table. */
import { type Html, html } from "./html-template.js";

interface Bounds {
  readonly lowMs: number;
  readonly highMs: number;
}

export interface Scale {
  readonly note: string;
  /** Per cent of the width. */
  place(ms: number): number;
}

/** Platforms that differ by more than this do not fit beside each other on a linear scale. Choice. */
const mostLinear = 12;

export function scaleFor(intervals: readonly Bounds[]): Scale {
  const low = Math.min(...intervals.map(({ lowMs }) => lowMs));
  const high = Math.max(...intervals.map(({ highMs }) => highMs));
  if (!(high / low > mostLinear)) return { note: "from 0", place: (ms) => (100 * ms) / (high || 1) };
  const [from, to] = [Math.log(low / 1.3), Math.log(high)];
  return { note: "logarithmic", place: (ms) => (100 * (Math.log(ms) - from)) / (to - from) };
}

const rounded = (value: number) => Number(value.toFixed(2));

export function intervalBar(row: { readonly latencyMs: number; readonly interval: Bounds }, { place }: Scale): Html {
  const [low, middle, high] = [row.interval.lowMs, row.latencyMs, row.interval.highMs].map(place) as [
    number,
    number,
    number,
  ];
  return html`<span class="track"><span class="range" style="left:${rounded(low)}%;width:${rounded(high - low)}%"></span><span class="dot" style="left:${rounded(middle)}%"></span></span>`;
}
