/** A front as a table: an architecture a row. */
import { csvCell } from "./escape.js";
import type { FoundArchitecture } from "./front.js";

export function frontCsv(pareto: readonly FoundArchitecture[]): string {
  const head = [
    ...["encoding", "accuracy", "low_accuracy", "high_accuracy", "macs", "params", "verified", "knee"],
    ...(pareto[0]?.platforms ?? []).flatMap(({ platform }) =>
      ["latency_ms", "low_ms", "high_ms", "measured_ms"].map((name) => `${platform} ${name}`),
    ),
    "architecture",
  ];
  return [head, ...pareto.map(cellsOf)].map((cells) => `${cells.map(csvCell).join(",")}\r\n`).join("");
}

const cellsOf = (one: FoundArchitecture) => [
  one.encoding.join("-"),
  one.accuracy,
  one.accuracyInterval.low,
  one.accuracyInterval.high,
  one.macs,
  one.params,
  String(one.verified),
  String(one.isKnee),
  ...one.platforms.flatMap(({ latencyMs, interval, measuredMs }) => [
    latencyMs,
    interval.lowMs,
    interval.highMs,
    measuredMs ?? "",
  ]),
  JSON.stringify(one.architecture),
];
