/** A report as one HTML file: no script, nothing loaded from anywhere, light and dark, prints. */

import { milliseconds, percent } from "../base/index.js";
import { intervalBar, scaleFor } from "./html-interval.js";
import { platformSection } from "./html-platform.js";
import { reportStyle } from "./html-style.js";
import { type Html, html } from "./html-template.js";
import type { ReportData, ReportedModel, ReportedPlatform } from "./report-data.js";

/** Nothing may be loaded or run, whatever a model file brings in. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

export function reportHtml(data: ReportData): string {
  const { models, failed, date, litepred } = data;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${titleOf(data)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header><h1>${titleOf(data)}</h1><p class="quiet">Predicted by litepred ${litepred} on ${date.slice(0, 10)}</p></header>
<main>
${models.length > 1 ? overview(models) : undefined}
${models.map((model) => modelSection(model, models.length > 1))}
${failed.length > 0 ? html`<section><h2>Files that could not be used</h2><ul>${failed.map(({ model, failed: reason }) => html`<li><b>${model}</b>: ${reason}</li>`)}</ul></section>` : undefined}
${reading}
</main>
</body>
</html>
`;
  return page.text;
}

const titleOf = ({ models }: ReportData) =>
  models.length === 1 ? `Latency of ${nameOf(models[0]!.model)}` : `Latency of ${models.length} models`;

const nameOf = (path: string) => path.slice(path.search(/[^/\\]*$/));

/** Models side by side: a row for each platform. */
function overview(models: readonly ReportedModel[]): Html {
  const ids = [...new Set(models.flatMap(({ platforms }) => platforms.map(({ platform }) => platform)))];
  const cell = (model: ReportedModel, id: string) => {
    const found = model.platforms.find(({ platform }) => platform === id);
    return html`<td class="number">${found && html`<b>${milliseconds(found.latencyMs)}</b> <span class="quiet">${rangeOf(found)}</span>`}</td>`;
  };
  return html`<section><h2>Milliseconds</h2><div class="scroll"><table>
<thead><tr><th>platform</th>${models.map(({ model }) => html`<th class="number">${nameOf(model)}</th>`)}</tr></thead>
<tbody>${ids.map((id) => html`<tr><th class="id">${id}</th>${models.map((model) => cell(model, id))}</tr>`)}</tbody>
</table></div></section>`;
}

const rangeOf = ({ interval }: ReportedPlatform) =>
  `${milliseconds(interval.lowMs)} – ${milliseconds(interval.highMs)}`;

function modelSection({ model, inputs, platforms }: ReportedModel, isOneOfMany: boolean): Html {
  const shapes = inputs.map(({ name, shape }) => `${name} ${shape.join("×")}`).join(", ");
  const about = [model, ...(shapes === "" ? [] : [`inputs: ${shapes}`])].join(" · ");
  return html`<section class="model">${isOneOfMany ? html`<h2>${nameOf(model)}</h2>` : undefined}
<p class="quiet">${about}</p>
${totals(platforms)}
${platforms.map((platform, i) => platformSection(platform, i === 0, kernelsIn(platforms) <= mostListed))}
</section>`;
}

/** More lines than this are a file too large to send: then the dearest kernels alone are listed. Choice: about 2 MB. */
const mostListed = 5000;
const kernelsIn = (platforms: readonly ReportedPlatform[]) =>
  platforms.reduce((total, { kernels }) => total + kernels.length, 0);

function totals(platforms: readonly ReportedPlatform[]): Html {
  const scale = scaleFor(platforms.map(({ interval }) => interval));
  const level = percent(platforms[0]?.interval.level ?? 0.9, 0);
  const isTrustKnown = platforms.some(({ heldOut }) => heldOut !== undefined);
  const row = (p: ReportedPlatform) =>
    html`<tr><th class="id">${p.platform}</th><td class="number"><b>${milliseconds(p.latencyMs)}</b></td><td class="number">${rangeOf(p)}</td><td>${intervalBar(p, scale)}</td><td class="number">${percent(p.coverage.kernels, 0)}</td>${isTrustKnown ? html`<td class="number">${trust(p)}</td>` : undefined}</tr>`;
  return html`<div class="scroll"><table>
<thead><tr><th>platform</th><th class="number">ms</th><th class="number">${level} interval</th><th class="wide">${scale.note}</th><th class="number">covered</th>${isTrustKnown ? html`<th class="number">±10 %</th>` : undefined}</tr></thead>
<tbody>${platforms.map(row)}</tbody></table></div>`;
}

/** How far the platform's totals are to be trusted: networks left out of its fit. */
const trust = ({ heldOut }: ReportedPlatform) => (heldOut === undefined ? "–" : percent(heldOut.within10, 0));

const reading = html`<footer><h2>How to read this</h2>
<dl>
<dt>Interval</dt><dd>holds the measured latency with the probability above it, by the errors on whole networks that were measured on the platform and left out of the fit. Kernels that no predictor covers widen it.</dd>
<dt>Covered</dt><dd>share of the kernels that have a predictor and lie within the range of its measurements; the others are estimated from their FLOPs and bytes and named.</dd>
<dt>±10 %</dt><dd>share of the platform's own networks that were predicted within 10 % by a fit without them; – where it was fitted on none.</dd>
<dt>Bound by</dt><dd>compute: at the platform's highest rate of arithmetic the kernel would take longer than at its highest rate of memory traffic; memory: the other way round; overhead: more than half of its time is what the least kernel takes. The ceilings are the highest rates that the platform's own predictors say of kernels they were trained on, caches included, at 4 bytes an element.</dd>
<dt>Of ceiling</dt><dd>the time at that ceiling ÷ the predicted time: far below 100 % there is room in how the kernel is implemented, near it only less work helps.</dd>
<dt>Total</dt><dd>kernels are predicted one by one; the correction is what whole networks took on the platform beside the sum of their kernels.</dd>
</dl></footer>`;
