import { LitepredError } from "../../base/index.js";
import type { FoundArchitecture, SearchReport } from "../../jobs/search.js";
import { withProgress } from "../progress.js";
import { ms, percent, renderTable } from "../render.js";
import { collect, defaultPlatform, numberOf, type RegisterCommand } from "./command.js";

export const search: RegisterCommand = (program, run) => {
  program
    .command("search")
    .description("the best architectures of a search space under latency budgets on platforms")
    .option("--space <name|file>", "search space, or a module with one of your own", "ofa-mobilenetv3")
    .option("--platform <id>", "platform id (repeatable)", collect)
    .option("--max-latency <ms>", "budget, e.g. 20ms, one for each platform in their order (repeatable)", collect)
    .option("--objective <names>", "accuracy, latency, macs, params; the first is what best means", "accuracy,latency")
    .option("--accuracy <name|path|url>", "accuracy predictor: a benchmark's folder, a .csv file, a module, a URL")
    .option("--method <name>", "nsga2, evolution (OFA's own), regularised or random", "nsga2")
    .option("--evaluations <n>", "architectures to look at", "20000")
    .option("--verify <k>", "measure so many of the front where the platform is attached, and correct by them", "0")
    .option("--protocol <name>", "of measuring: brief, quick, standard or careful", "standard")
    .option("--sure", "budgets hold for the upper end of the interval")
    .option("--level <share>", "level of the intervals", "0.9")
    .option("--population <n>", "architectures in a generation", "100")
    .option("--parents <share>", "of them that beget the next", "0.25")
    .option("--mutation <rate>", "probability that a choice is drawn anew", "0.1")
    .option("--seed <n>", "seed", "1")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--again", "do not go on with what an earlier call has left")
    .option("--out <dir>", "write the front there: CSV, JSON, SVG, HTML, and the best as ONNX and TFLite")
    .action((options, command) =>
      run(command, async (context) => {
        const { search: searchSpace } = await import("../../jobs/search.js");
        const report = await withProgress((watch) =>
          searchSpace({
            home: context.home,
            space: options.space,
            platforms: options.platform ?? [defaultPlatform],
            maxLatencyMs: (options.maxLatency ?? []).map(parseLatency),
            objectives: options.objective.split(","),
            accuracy: options.accuracy,
            method: options.method,
            evaluations: numberOf(options, "evaluations"),
            verify: numberOf(options, "verify"),
            protocol: options.protocol,
            sure: options.sure === true,
            level: numberOf(options, "level"),
            population: numberOf(options, "population"),
            parents: numberOf(options, "parents"),
            mutation: numberOf(options, "mutation"),
            seed: numberOf(options, "seed"),
            pools: options.pool ?? [],
            again: options.again === true,
            signal: context.signal,
            ...watch,
          }),
        );
        for (const { platform, reason } of report.notVerified) context.note(`not measured on ${platform}: ${reason}`);
        if (options.out !== undefined) {
          const { writeSearchFiles } = await import("../../searching/index.js");
          for (const file of await writeSearchFiles(options.space, report, options.out)) context.note(`wrote ${file}`);
        }
        context.result(report, describe);
        return report.pareto.length === 0 ? 3 : 0;
      }),
    );
};

/** `20ms`, `20` or `0.02s`. @throws LitepredError `bad-usage`. */
function parseLatency(text: string): number {
  const match = /^(\d*\.?\d+)\s*(ms|s)?$/.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) * (match[2] === "s" ? 1000 : 1);
  if (value > 0) return value;
  throw new LitepredError("bad-usage", `--max-latency ${text} is not a latency`, "for example --max-latency 20ms");
}

function describe(report: SearchReport): string {
  if (report.smallest !== undefined)
    return report.smallest
      .map(
        ({ platform, limitMs, smallestMs }) =>
          `no architecture of ${report.space} was found under ${ms(limitMs)} ms on ${platform}; the smallest takes ${ms(smallestMs)} ms`,
      )
      .join("\n");
  if (report.pareto.length === 0)
    return `nothing is known of the accuracy of the ${report.evaluated} architectures looked at`;
  const several = report.limitsMs.length > 1;
  const head = [
    "",
    "top-1",
    "interval",
    ...report.limitsMs.flatMap((_, i) => platformHead(several ? i + 1 : undefined)),
  ];
  return [
    ...(several ? report.pareto[0]!.platforms.map(({ platform }, i) => `platform ${i + 1}: ${platform}`) : []),
    renderTable(
      [...head, "MMACs", "M params", "architecture"],
      thinned(report).map((one) => row(one, report)),
    ),
    `${report.pareto.length} on the front, ${report.evaluated} looked at in ${report.seconds.toFixed(1)} s (* best, k knee, v measured)`,
    ...report.best.slice(0, 1).map((best) => sentence(best, report)),
  ].join("\n");
}

const platformHead = (number: number | undefined) => {
  const name = number === undefined ? "" : ` ${number}`;
  return [`ms${name}`, "interval", "measured"];
};

/** A long front is shown in part; --json has all. Choice. */
const shown = 20;

function thinned({ pareto, best }: SearchReport): FoundArchitecture[] {
  const every = Math.ceil(pareto.length / shown);
  return pareto.filter(
    (one, i) => i % every === 0 || i === pareto.length - 1 || one.isKnee || one.verified || isBest(one, best),
  );
}

const isBest = (one: FoundArchitecture, best: SearchReport["best"]) => best[0]?.encoding.join() === one.encoding.join();

function row(one: FoundArchitecture, { best }: SearchReport): string[] {
  const { low, high } = one.accuracyInterval;
  return [
    [isBest(one, best) ? "*" : "", one.isKnee ? "k" : "", one.verified ? "v" : ""].join("") || " ",
    one.accuracy.toFixed(2),
    `${low.toFixed(1)} – ${high.toFixed(1)}`,
    ...one.platforms.flatMap(({ latencyMs, interval, measuredMs, failed }) => [
      ms(latencyMs),
      `${ms(interval.lowMs)} – ${ms(interval.highMs)}`,
      failed === undefined ? (measuredMs === undefined ? "" : ms(measuredMs)) : "failed",
    ]),
    (one.macs / 1e6).toFixed(0),
    (one.params / 1e6).toFixed(2),
    one.encoding.join(""),
  ];
}

/** "best under 20 ms: 76.1 ± 0.3 % top-1 at 19.4 ms (measured 19.6)" */
function sentence(
  { accuracy, accuracyInterval, platforms }: FoundArchitecture,
  { limitsMs, stands }: SearchReport,
): string {
  const limits = limitsMs.filter((limit) => limit !== undefined).map((limit) => `${ms(limit)} ms`);
  const half = (accuracyInterval.high - accuracyInterval.low) / 2;
  const at = platforms.map(
    ({ latencyMs, measuredMs }) =>
      `${ms(latencyMs)} ms${measuredMs === undefined ? "" : ` (measured ${ms(measuredMs)})`}`,
  );
  const under = limits.length > 0 ? ` under ${limits.join(" and ")}` : "";
  const open = stands === false ? "; what was measured last was not all as predicted" : "";
  return `best${under}: ${accuracy.toFixed(1)} ± ${half.toFixed(1)} % top-1 at ${at.join(" and ")}${open} (intervals ${percent(accuracyInterval.level, 0)})`;
}
