/** One model on one platform: what the total is made of, by type and by bound, the roofline, the kernels. */
import type { Group } from "../analysis/index.js";
import { count, milliseconds, percent } from "../base/index.js";
import { rooflinePlot } from "./html-roofline.js";
import { type Html, html } from "./html-template.js";
import { scaled } from "./numbers.js";
import type { ReportedKernel, ReportedPlatform } from "./report-data.js";

/** Kernels in the first table; all of them are below it where there are more. */
const shownKernels = 20;
const shownTypes = 10;
const shownReasons = 50;

export function platformSection(platform: ReportedPlatform, isOpen: boolean, listsAll: boolean): Html {
  const { latencyMs, interval, kernels } = platform;
  const summary = html`<summary><b>${platform.platform}</b> <span class="figure">${milliseconds(latencyMs)} ms</span> <span class="quiet">${milliseconds(interval.lowMs)} – ${milliseconds(interval.highMs)}</span></summary>`;
  const body = html`${composition(platform)}
<div class="pair"><div><h4>By kernel type</h4>${typeBars(platform.types)}<h4>What binds them</h4>${boundBar(platform.bounds)}</div>
<figure>${rooflinePlot(platform)}<figcaption>Roofline: each kernel's rate over its FLOPs per byte; area by time.</figcaption></figure></div>
${uncovered(platform)}
${kernelTables(kernels, listsAll)}`;
  return isOpen ? html`<details open>${summary}${body}</details>` : html`<details>${summary}${body}</details>`;
}

function composition({ sumMs, factor, callMs, latencyMs, kernels, networks }: ReportedPlatform): Html {
  const call = callMs > 0 ? html` + <b>${milliseconds(callMs)}</b> for the call` : undefined;
  return html`<p>${kernels.length} kernels take <b>${milliseconds(sumMs)} ms</b> one by one; × <b>${factor.toFixed(3)}</b> (correction, fitted on ${networks} whole networks)${call} = <b>${milliseconds(latencyMs)} ms</b></p>`;
}

function typeBars(types: readonly Group[]): Html {
  const most = types[0]?.share ?? 1;
  const rest = types.slice(shownTypes);
  const others: Group[] =
    rest.length === 0
      ? []
      : [
          {
            name: `${rest.length} others`,
            kernels: rest.reduce((total, { kernels }) => total + kernels, 0),
            latencyMs: rest.reduce((total, { latencyMs }) => total + latencyMs, 0),
            share: rest.reduce((total, { share }) => total + share, 0),
          },
        ];
  return html`<table class="bars"><tbody>${[...types.slice(0, shownTypes), ...others].map(
    ({ name, kernels, latencyMs, share }) =>
      html`<tr><th>${name} <span class="quiet">×${kernels}</span></th><td class="wide"><span class="bar" style="width:${((100 * share) / most).toFixed(1)}%"></span></td><td class="number">${milliseconds(latencyMs)}</td><td class="number">${percent(share, 0)}</td></tr>`,
  )}</tbody></table>`;
}

function boundBar(bounds: readonly Group[]): Html {
  const part = ({ name, share }: Group) =>
    html`<span class="${name}" style="width:${(100 * share).toFixed(2)}%" title="${name} ${percent(share, 0)}"></span>`;
  const entry = ({ name, share, kernels }: Group) =>
    html`<li><span class="key ${name}"></span>${name} ${percent(share, 0)} <span class="quiet">×${kernels}</span></li>`;
  return html`<div class="stack">${bounds.map(part)}</div><ul class="keys">${bounds.map(entry)}</ul>`;
}

function uncovered({ unpredicted, coverage }: ReportedPlatform): Html {
  if (unpredicted.length === 0) return html`<p class="quiet">Every kernel is covered by a predictor.</p>`;
  const items = unpredicted
    .slice(0, shownReasons)
    .map(({ node, operator, reason }) => html`<li><code>${node}</code> (${operator}): ${reason}</li>`);
  const more = unpredicted.length - shownReasons;
  if (more > 0) items.push(html`<li>and ${more} more</li>`);
  return html`<details class="warning"><summary>${count(unpredicted.length, "kernel")} not covered (${percent(1 - coverage.kernels, 0)} of them, ${percent(1 - coverage.flops)} of the FLOPs)</summary><ul>${items}</ul></details>`;
}

function kernelTables(kernels: readonly ReportedKernel[], listsAll: boolean): Html {
  const numbered = kernels.map((kernel, i) => ({ kernel, place: i + 1 }));
  const most = Math.max(...kernels.map(({ share }) => share));
  const dearest = numbered.toSorted((a, b) => b.kernel.latencyMs - a.kernel.latencyMs).slice(0, shownKernels);
  const all =
    listsAll && kernels.length > shownKernels
      ? html`<details><summary>All ${kernels.length} kernels in running order</summary>${kernelTable(numbered, most)}</details>`
      : undefined;
  return html`<h4>${kernels.length > shownKernels ? `The ${shownKernels} dearest kernels` : "Kernels"}</h4>${kernelTable(dearest, most)}${all}`;
}

/** Lines may end after a slash. */
const breakable = (name: string) => name.split(/(?<=\/)/).map((part) => html`${part}<wbr>`);

interface Numbered {
  readonly kernel: ReportedKernel;
  readonly place: number;
}

function kernelTable(rows: readonly Numbered[], most: number): Html {
  return html`<div class="scroll"><table class="kernels"><thead><tr><th class="number">#</th><th>kernel</th><th>type</th><th>config</th><th class="number">ms</th><th class="number">share</th><th></th><th>bound by</th><th class="number">of ceiling</th><th class="number">FLOPs</th><th class="number">bytes</th></tr></thead>
<tbody>${rows.map((row) => kernelLine(row, most))}</tbody></table></div>`;
}

function kernelLine({ kernel, place }: Numbered, most: number): Html {
  const { name, type, text, latencyMs, share, bound, efficiency, flops, bytes, uncovered: reason } = kernel;
  const mark = reason === undefined ? undefined : html` <span class="mark" title="${reason}">not covered</span>`;
  return html`<tr><td class="number quiet">${place}</td><td class="name">${breakable(name)}${mark}</td><td>${type}</td><td>${text}</td><td class="number">${milliseconds(latencyMs)}</td><td class="number">${percent(share)}</td><td class="small"><span class="bar" style="width:${((100 * share) / most).toFixed(1)}%"></span></td><td><span class="key ${bound}"></span>${bound}</td><td class="number">${efficiency > 1.005 ? "> 100 %" : percent(efficiency, 0)}</td><td class="number">${scaled(flops)}</td><td class="number">${scaled(bytes)}</td></tr>`;
}
