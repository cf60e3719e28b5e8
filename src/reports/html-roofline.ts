/** Kernels on the roofline of their platform, both axes logarithmic, as SVG. */
import { milliseconds, percent } from "../base/index.js";
import { type Html, html } from "./html-template.js";
import type { ReportedKernel, ReportedPlatform } from "./report-data.js";

const size = { width: 520, height: 336 } as const;
const frame = { left: 52, right: 500, top: 24, bottom: 294 } as const;
/** Points of this radius take all of the time. */
const wholeRadius = 34;

interface Axes {
  x(flopsPerByte: number): number;
  /** @param rate FLOPs per millisecond */
  y(rate: number): number;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly range: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
}

export function rooflinePlot({ kernels, ceilings }: ReportedPlatform): Html | undefined {
  const { flopsPerMs, bytesPerMs } = ceilings;
  const shown = kernels.filter(({ flops, bytes }) => flops > 0 && bytes > 0);
  if (shown.length === 0 || !(flopsPerMs > 0 && bytesPerMs > 0)) return undefined;
  const ridge = flopsPerMs / bytesPerMs;
  const axes = axesFor(shown, ridge, flopsPerMs);
  const points = [...shown].sort((a, b) => b.share - a.share).map((kernel) => point(kernel, axes));
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="Roofline of ${shown.length} kernels">
${grid(axes)}
<path class="roof" d="${roof(axes, ridge, flopsPerMs, bytesPerMs)}"/>
<text class="tick" x="${frame.right}" y="${fixed(axes.y(flopsPerMs) - 6)}" text-anchor="end">${milliseconds(flopsPerMs / 1e6)} GFLOP/s</text>
<text class="tick" x="${fixed(axes.x(Math.max(axes.range.x[0], ridge / 6)) - 4)}" y="${fixed(axes.y(Math.max(axes.range.x[0], ridge / 6) * bytesPerMs) - 8)}" text-anchor="end">${milliseconds(bytesPerMs / 1e6)} GB/s</text>
${points}
<text class="tick" x="${frame.right}" y="${size.height - 6}" text-anchor="end">FLOPs per byte</text>
<text class="tick" x="4" y="10">GFLOP/s</text></svg>`;
}

function axesFor(kernels: readonly ReportedKernel[], ridge: number, flopsPerMs: number): Axes {
  const intensities = kernels.map(({ flops, bytes }) => flops / bytes);
  const rates = kernels.map(({ flops, latencyMs }) => flops / latencyMs);
  const x = decades([...intensities, ridge]);
  const y = decades([...rates, flopsPerMs * 1.5]);
  const place = ([low, high]: readonly [number, number], from: number, to: number) => {
    const [first, last] = [Math.log(low), Math.log(high)];
    return (value: number) => from + ((to - from) * (Math.log(value) - first)) / (last - first);
  };
  return {
    x: place(x, frame.left, frame.right),
    y: place(y, frame.bottom, frame.top),
    xTicks: powersIn(x),
    yTicks: powersIn(y),
    range: { x, y },
  };
}

/** From the least to the greatest, whole powers of ten. */
function decades(values: readonly number[]): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
  return [low, Math.max(10 * low, 10 ** Math.ceil(Math.log10(Math.max(...values))))];
}

function powersIn([low, high]: readonly [number, number]): number[] {
  const first = Math.round(Math.log10(low));
  return Array.from({ length: Math.round(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
}

const fixed = (value: number) => value.toFixed(1);
const power = (value: number) => (value >= 1 ? value.toLocaleString("en") : String(Number(value.toPrecision(1))));

function grid({ x, y, xTicks, yTicks }: Axes): Html[] {
  const vertical = xTicks.map(
    (tick) =>
      html`<path class="grid" d="M${fixed(x(tick))} ${frame.top}V${frame.bottom}"/><text class="tick" x="${fixed(x(tick))}" y="${frame.bottom + 16}" text-anchor="middle">${power(tick)}</text>`,
  );
  const horizontal = yTicks.map(
    (tick) =>
      html`<path class="grid" d="M${frame.left} ${fixed(y(tick))}H${frame.right}"/><text class="tick" x="${frame.left - 6}" y="${fixed(y(tick) + 4)}" text-anchor="end">${power(tick / 1e6)}</text>`,
  );
  return [...vertical, ...horizontal];
}

/** From the left edge, or where it comes out of the lower one, to the ridge and on to the right. */
function roof({ x, y, range }: Axes, ridge: number, flopsPerMs: number, bytesPerMs: number): string {
  const start = Math.max(range.x[0], range.y[0] / bytesPerMs);
  return `M${fixed(x(start))} ${fixed(y(start * bytesPerMs))}L${fixed(x(ridge))} ${fixed(y(flopsPerMs))}H${frame.right}`;
}

function point({ name, text, flops, bytes, latencyMs, share, bound, efficiency }: ReportedKernel, axes: Axes): Html {
  const radius = Math.max(2.5, wholeRadius * Math.sqrt(share));
  const title = `${name} ${text}: ${milliseconds(latencyMs)} ms (${percent(share)}), ${bound} bound, ${percent(efficiency, 0)} of the ceiling`;
  return html`<circle class="${bound}" cx="${fixed(axes.x(flops / bytes))}" cy="${fixed(axes.y(flops / latencyMs))}" r="${radius.toFixed(1)}"><title>${title}</title></circle>`;
}
