/**
 * `litepred evaluate accuracy`: fits the accuracy of OFA-MobileNetV3's sub-networks to published measurements, says how far it is off on
 * those that it has not seen and how many it needs, and makes the predictor that ships.
 */

import {
  fitOfaAccuracy,
  type OfaAccuracyContent,
  type OfaOrigin,
  type OfaRow,
  ofaAccuracies,
  ofaSources,
  readOfaRows,
} from "../../accuracy/index.js";
import { mean, saveWhole } from "../../base/index.js";
import { today } from "../markdown.js";
import { curveRows, type SplitName, splitNames, splitRows } from "./plan.js";
import {
  type AccuracyReport,
  accuracyErrors,
  type CurvePoint,
  errorSizes,
  type HeldOut,
  ofOrigin,
  origins,
  splitTable,
  thinned,
} from "./report.js";

export interface EvaluateAccuracyRequest {
  /** Folder of the published tables. */
  readonly folder: string;
  /** Where the fitted predictor is written, if anywhere. */
  readonly save?: string | undefined;
  readonly seeds?: number;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export async function evaluateAccuracy(
  request: EvaluateAccuracyRequest,
): Promise<AccuracyReport | { readonly skipped: string }> {
  const rows = readOfaRows(request.folder);
  if (rows === undefined)
    return {
      skipped: `reference data not found: ${Object.values(ofaSources)
        .map(({ file }) => file)
        .join(", ")}`,
    };
  request.onStage?.("fits", splitNames.length + (request.seeds ?? 3));
  let done = 0;
  const progress = <T>(note: string, value: T): T => {
    request.onProgress?.(++done, note);
    return value;
  };
  const heldOut = splitNames.map((split) => ({ split, all: progress(split, holdOut(rows, split)) }));
  const seeds = Array.from({ length: request.seeds ?? 3 }, (_, i) => i + 1);
  const curve = curveOf(seeds.map((seed) => progress("curve", curveErrors(rows, seed))));
  const report: AccuracyReport = {
    date: today(),
    rows: countOf(rows),
    splits: heldOut.flatMap(({ split, all }) => splitTable(split, all)),
    curve,
  };
  if (request.save !== undefined)
    saveWhole(request.save, `${JSON.stringify(contentOf(rows, heldOut[0]!.all), null, 1)}\n`);
  return report;
}

const countOf = (rows: readonly OfaRow[]) =>
  Object.fromEntries(origins.map((origin) => [origin, rows.filter((row) => row.origin === origin).length])) as Record<
    OfaOrigin,
    number
  >;

function holdOut(rows: readonly OfaRow[], split: SplitName): HeldOut[] {
  return splitRows(rows, split, 1).flatMap(({ kept, left }, fold) => predictOn(left, kept, fold));
}

function predictOn(left: readonly OfaRow[], kept: readonly OfaRow[], fold: number): HeldOut[] {
  const predicted = ofaAccuracies(
    fitOfaAccuracy(kept),
    left.map(({ architecture }) => architecture),
  );
  return left.map((row, i) => ({ row, predicted: predicted[i]!, fold }));
}

type CurveError = Omit<CurvePoint, "seeds">;

/** One held-out fifth, by depths, at each size of the kept ones. */
function curveErrors(rows: readonly OfaRow[], seed: number): CurveError[] {
  const { kept, left } = splitRows(rows, "by depths", seed)[0]!;
  return curveRows(kept, seed).map((part) => {
    const heldOut = predictOn(left, part, 0);
    const maeOf = (origin: OfaOrigin) => accuracyErrors(ofOrigin(heldOut, origin)).mae;
    return { rows: part.length, mae: { random: maeOf("random"), searched: maeOf("searched") } };
  });
}

/** Means over seeds; the last size is whatever a seed kept, as a mean too. */
function curveOf(runs: readonly (readonly CurveError[])[]): CurvePoint[] {
  return runs[0]!.map((_, i) => {
    const points = runs.map((run) => run[i]!);
    const average = (of: (point: CurveError) => number) => mean(points.map(of));
    return {
      rows: Math.round(average((point) => point.rows)),
      seeds: runs.length,
      mae: { random: average((point) => point.mae.random), searched: average((point) => point.mae.searched) },
    };
  });
}

/** Order statistics that are kept of each kind: quantiles move by less than a two hundredth of the rows. */
const keptErrors = 199;

function contentOf(rows: readonly OfaRow[], heldOut: readonly HeldOut[]): OfaAccuracyContent {
  const counts = countOf(rows);
  const { intercept, coefficients } = fitOfaAccuracy(rows);
  const byOrigin = <T>(of: (own: HeldOut[]) => T) => ({
    random: of(ofOrigin(heldOut, "random")),
    searched: of(ofOrigin(heldOut, "searched")),
  });
  const rounded = (value: number) => Number(value.toPrecision(7));
  return {
    space: "ofa-mobilenetv3",
    summary:
      "ImageNet top-1 in percent of sub-networks of OFA-MobileNetV3, width 1.0, resolutions 128 to 224, as taken from the supernet",
    provenance: origins.map((origin) => ({ rows: counts[origin], ...ofaSources[origin] })),
    made: { by: "litepred evaluate accuracy --save", date: today() },
    heldOut: byOrigin((own) => {
      const { n, mae, p90, spearman } = accuracyErrors(own);
      return { n, mae: rounded(mae), p90: rounded(p90), spearman: rounded(spearman) };
    }),
    errors: byOrigin((own) => thinned(errorSizes(own), keptErrors)),
    intercept: rounded(intercept),
    coefficients: coefficients.map(rounded),
  };
}
