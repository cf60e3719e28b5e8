/** `evaluate transfer --platform …`: over real engines of this machine. */
import { writeFileSync } from "node:fs";
import { mean } from "../../base/index.js";
import type { EvaluatePlatformsReport, TransferCell } from "../../experiments/transfer/report.js";
import type { CliContext } from "../context.js";
import { createProgress } from "../progress.js";
import { percent, renderTable } from "../render.js";

export interface TransferPlatformsOptions {
  readonly platform: readonly string[];
  readonly target?: readonly string[];
  readonly seeds: string;
  readonly budgets?: boolean;
  readonly method: "default" | "litepred";
  readonly measure: boolean;
  readonly measureOnly?: boolean;
  readonly markdown?: string;
  readonly plot?: string;
}

export async function evaluatePlatforms(context: CliContext, options: TransferPlatformsOptions): Promise<number> {
  const jobs = await import("../../experiments/transfer/run.js");
  let progress: ReturnType<typeof createProgress> | undefined;
  const request = {
    home: context.home,
    platforms: options.platform,
    signal: context.signal,
    onStage(label: string, total: number) {
      progress?.stop();
      progress = createProgress(label, total);
    },
    onProgress: (done: number, note?: string) => progress?.update(done, note),
  };
  const problems = options.measure ? await jobs.measurePlatforms(request) : [];
  progress?.stop();
  for (const { platform, problem } of problems) context.note(`! ${platform}: ${problem}`);
  if (options.measureOnly) {
    context.result({ problems }, () => "measured");
    return problems.length > 0 ? 1 : 0;
  }
  await jobs.trainSources(request);
  const report = await jobs.evaluateTransferPlatforms({
    ...request,
    targets: options.target,
    seeds: Number(options.seeds),
    budgets: options.budgets,
    method: options.method,
  });
  progress?.stop();
  if (options.markdown !== undefined) writeFileSync(options.markdown, markdown(report, jobs.architecturesLooked));
  if (options.plot !== undefined)
    writeFileSync(options.plot, (await import("../../experiments/transfer/plot.js")).plotTransfer(report.cells));
  context.result({ ...report, problems }, (r) => tables(r).join("\n\n"));
  return 0;
}

const head = ["target", "measurements", "minutes", "±5 %", "±10 %", "RMSE ms", "intervals cover", "plain sum ±10 %"];

function summaries(report: EvaluatePlatformsReport) {
  const variants = [...new Set(report.cells.map(({ variant }) => variant))];
  return variants.map((variant) => {
    const rows = report.targets.map(({ target }) => {
      const cells = report.cells.filter((cell) => cell.target === target && cell.variant === variant);
      return { target, ...average(cells) };
    });
    return { variant, rows };
  });
}

function average(cells: readonly TransferCell[]) {
  const of = (value: (cell: TransferCell) => number) => mean(cells.map(value));
  const spaces = [...new Set(cells.flatMap((cell) => Object.keys(cell.spaces)))];
  return {
    measurements: of((cell) => cell.measurementsUsed),
    minutes: of((cell) => cell.minutes),
    within5: of((cell) => cell.overall.within5),
    within10: of((cell) => cell.overall.within10),
    rmseMs: of((cell) => cell.overall.rmseMs),
    coverage: of((cell) => cell.overall.intervalCoverage),
    sumWithin10: of((cell) => cell.overall.sumWithin10),
    spaces: Object.fromEntries(
      spaces.map((space) => [
        space,
        {
          within5: of((cell) => cell.spaces[space]?.within5 ?? Number.NaN),
          within10: of((cell) => cell.spaces[space]?.within10 ?? Number.NaN),
          rmseMs: of((cell) => cell.spaces[space]?.rmseMs ?? Number.NaN),
        },
      ]),
    ),
  };
}

type Row = ReturnType<typeof average> & { target: string };

const cellsOf = (row: Row) => [
  row.target,
  row.measurements.toFixed(0),
  row.minutes.toFixed(1),
  percent(row.within5),
  percent(row.within10),
  row.rmseMs.toFixed(3),
  percent(row.coverage),
  percent(row.sumWithin10),
];

function meanRow(rows: readonly Row[]): string[] {
  const of = (value: (row: Row) => number) => mean(rows.map(value));
  return [
    "mean",
    of((row) => row.measurements).toFixed(0),
    of((row) => row.minutes).toFixed(1),
    percent(of((row) => row.within5)),
    percent(of((row) => row.within10)),
    "",
    percent(of((row) => row.coverage)),
    percent(of((row) => row.sumWithin10)),
  ];
}

function noiseRows(report: EvaluatePlatformsReport): string[][] {
  const known = report.targets.flatMap(({ noise }) => noise ?? []);
  const average = (of: (noise: (typeof known)[number]) => number) => percent(mean(known.map(of)));
  const rows = report.targets.map(({ target, test, noise }) => [
    target,
    String(test),
    ...(noise ? [percent(noise.within5), percent(noise.within10), noise.rmseMs.toFixed(3)] : ["–", "–", "–"]),
  ]);
  if (known.length === 0) return rows;
  return [...rows, ["mean", "", average((noise) => noise.within5), average((noise) => noise.within10), ""]];
}

const noiseHead = ["target", "test architectures", "noise ceiling ±5 %", "±10 %", "RMSE ms"];

function spaceRows(rows: readonly Row[]): { head: string[]; rows: string[][] } {
  const spaces = [...new Set(rows.flatMap((row) => Object.keys(row.spaces)))];
  return {
    head: ["target", ...spaces.map((space) => `${space} ±5 / ±10 %`)],
    rows: rows.map((row) => [
      row.target,
      ...spaces.map((space) => {
        const cell = row.spaces[space];
        return cell ? `${percent(cell.within5)} / ${percent(cell.within10)}` : "–";
      }),
    ]),
  };
}

function tables(report: EvaluatePlatformsReport): string[] {
  return [
    renderTable(noiseHead, noiseRows(report)),
    ...summaries(report).flatMap(({ variant, rows }) => {
      const bySpace = spaceRows(rows);
      return [
        `${variant}\n${renderTable(head, [...rows.map(cellsOf), meanRow(rows)])}`,
        renderTable(bySpace.head, bySpace.rows),
      ];
    }),
  ];
}

function markdown(report: EvaluatePlatformsReport, architecturesLooked: number): string {
  const table = (header: readonly string[], rows: readonly (readonly string[])[]) =>
    [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
  return [
    "# Transfer between real engines",
    `Made by \`litepred evaluate transfer --platform …\` on ${report.date.slice(0, 10)}. Each platform is the target of the others, mean of the seeds. Predictions are held against one measurement of each architecture; the noise ceiling is a second measurement of a seventh to a fifth of them, minutes later, against the first, each space by its share of all that were measured. No test architecture took part in any step; each seed draws anew which ${architecturesLooked} architectures are adapted with and which are the test. Measurements: kernels, and ${architecturesLooked} whole architectures for the model-level correction.`,
    table(noiseHead, noiseRows(report)),
    ...summaries(report).flatMap(({ variant, rows }) => {
      const bySpace = spaceRows(rows);
      return [
        `## Sources: ${variant}`,
        table(head, [...rows.map(cellsOf), meanRow(rows)]),
        table(bySpace.head, bySpace.rows),
      ];
    }),
    "## Sources by kernel type",
    ...report.targets.map(({ target }) => {
      const cell = report.cells.find((candidate) => candidate.target === target);
      const donors = Object.entries(cell?.donors ?? {}).map(([type, names]) => [type, names[0] ?? "none"]);
      return `### ${target}\n\nThe source of most weight, first seed.\n\n${table(["kernel type", "source"], donors)}`;
    }),
    "",
  ].join("\n\n");
}
