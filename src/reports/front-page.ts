/** A front as one HTML page that needs nothing else: the picture and the table. */
import { milliseconds } from "../base/index.js";
import type { FoundArchitecture, Front } from "./front.js";
import { reportStyle } from "./html-style.js";
import { Html, html } from "./html-template.js";

/** @param picture as SVG, of our own */
export function frontPage({ space, pareto, best, evaluated }: Front, picture: string): string {
  const platforms = (pareto[0]?.platforms ?? []).map(
    ({ platform }) => html`<th>${platform}, ms</th><th>interval</th><th>measured</th>`,
  );
  return html`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${space}</title><style>${reportStyle}</style>
<h1>${space}</h1>
<p>${pareto.length} architectures on the front, ${evaluated} looked at.</p>
<figure>${new Html(picture)}</figure>
<div class="scroll"><table>
<thead><tr><th></th><th>top-1, %</th><th>interval</th>${platforms}<th>MMACs</th><th>M parameters</th><th>architecture</th></tr></thead>
${pareto.map((one) => row(one, best[0]))}
</table></div></html>
`.text;
}

function row(one: FoundArchitecture, best: FoundArchitecture | undefined): Html {
  const isBest = one.encoding.join() === best?.encoding.join();
  const marks = [isBest ? "best" : "", one.isKnee ? "knee" : "", one.verified ? "measured" : ""];
  const { low, high } = one.accuracyInterval;
  const platforms = one.platforms.map(
    ({ latencyMs, interval, measuredMs = Number.NaN }) =>
      html`<td>${milliseconds(latencyMs)}</td><td>${milliseconds(interval.lowMs)} – ${milliseconds(interval.highMs)}</td><td>${milliseconds(measuredMs)}</td>`,
  );
  return html`<tr><th>${marks.filter((mark) => mark !== "").join(", ")}</th><td>${one.accuracy.toFixed(2)}</td><td>${low.toFixed(1)} – ${high.toFixed(1)}</td>${platforms}<td>${(one.macs / 1e6).toFixed(1)}</td><td>${(one.params / 1e6).toFixed(2)}</td><td><code>${JSON.stringify(one.architecture)}</code></td></tr>
`;
}
