/** A front as one HTML page that needs nothing else: the picture and the table. */
import type { Front } from "./picture.js";
import type { FoundArchitecture } from "./report.js";

export function frontPage(
  front: Front & { readonly space: string; readonly evaluated: number },
  picture: string,
): string {
  const platforms = front.pareto[0]!.platforms.map(({ platform }) => platform);
  const head = ["", "top-1 %", "interval", ...platforms.flatMap((id) => [`${id}: ms`, "interval", "measured"])];
  const rows = front.pareto.map((one) => cellsOf(one, front.best[0]));
  const tableRow = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return [
    "<!doctype html>",
    `<html lang="en"><meta charset="utf-8"><title>${escapeHtml(front.space)}</title>`,
    `<style>${style}</style>`,
    `<h1>${escapeHtml(front.space)}</h1>`,
    `<p>${front.pareto.length} architectures on the front, ${front.evaluated} looked at.</p>`,
    picture,
    "<table>",
    tableRow([...head, "MMACs", "M parameters", "architecture"], "th"),
    ...rows.map((cells) => tableRow(cells, "td")),
    "</table></html>",
    "",
  ].join("\n");
}

const style =
  "body{font:14px system-ui,sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:2px 10px;text-align:right;border-bottom:1px solid #ddd}td:last-child{text-align:left;font:11px monospace}";

function cellsOf(one: FoundArchitecture, best: FoundArchitecture | undefined): string[] {
  const marks = [one === best ? "best" : "", one.isKnee ? "knee" : "", one.verified ? "measured" : ""];
  return [
    marks.filter((mark) => mark !== "").join(", "),
    one.accuracy.toFixed(2),
    `${one.accuracyInterval.low.toFixed(2)} – ${one.accuracyInterval.high.toFixed(2)}`,
    ...one.platforms.flatMap(({ latencyMs, interval, measuredMs }) => [
      latencyMs.toFixed(2),
      `${interval.lowMs.toFixed(2)} – ${interval.highMs.toFixed(2)}`,
      measuredMs?.toFixed(2) ?? "",
    ]),
    (one.macs / 1e6).toFixed(1),
    (one.params / 1e6).toFixed(2),
    JSON.stringify(one.architecture),
  ];
}

const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
