/** The data card of a file of predicted latencies. */
import { percent } from "../../base/index.js";
import type { PoolEntry } from "../../pool/index.js";
import { markdownTable, today } from "../markdown.js";

export interface CardContent {
  readonly rows: number;
  readonly seed: number;
  /** Architectures of each space. */
  readonly counts: Readonly<Record<string, number>>;
  readonly entries: readonly PoolEntry[];
}

export function dataCard({ rows, seed, counts, entries }: CardContent): string {
  return [
    "# Predicted latencies",
    "",
    `${rows} rows, made on ${today()} by \`litepred evaluate latencies\` (seed ${seed}). **Predictions, not measurements**: what the predictor of each`,
    "platform says of architectures drawn at random from each space. One Parquet file, read by DuckDB, pandas and polars as it is:",
    "`SELECT * FROM 'latencies.parquet'`.",
    "",
    markdownTable(
      ["column", "what"],
      [
        ["space", "search space"],
        ["architecture", "its encoding in that space, numbers joined by `-`; the space decodes it"],
        ["platform", "device/processor/engine@version/precision"],
        ["latency_ms", "predicted latency of one inference at batch 1, milliseconds"],
        ["low_ms, high_ms", "90 % interval"],
        ["coverage_flops", "share of the FLOPs (0–1) in kernels for which the platform has a predictor"],
      ],
    ),
    "",
    "## Architectures",
    "",
    markdownTable(["space", "distinct architectures"], Object.entries(counts)),
    "",
    "## Predictors",
    "",
    markdownTable(
      [
        "platform",
        "kernel types",
        "kernels measured",
        "median ±10 % held out",
        "networks behind the correction",
        "sha256",
      ],
      entries.map(({ platform, kernels, correctionModels, sha256 }) => [
        platform,
        kernels.length,
        kernels.reduce((total, { samples }) => total + samples, 0),
        percent(middle(kernels.map(({ within10 }) => within10))),
        correctionModels,
        sha256.slice(0, 12),
      ]),
    ),
    "",
    "Predictors err; where and by how much stands in docs/results. Nothing here was measured on the architectures themselves.",
    "",
  ].join("\n");
}

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
