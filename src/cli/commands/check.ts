import { appendFileSync } from "node:fs";
import type { CheckRow } from "../../analysis/index.js";
import { type BadFile, isBad, LitepredError, naming, saveWhole } from "../../base/index.js";
import { badOf, usable } from "../bad-files.js";
import { oneStage, withProgress } from "../progress.js";
import { collect, numberOf, platformsIn, type RegisterCommand } from "./command.js";

export const check: RegisterCommand = (program, run) => {
  program
    .command("check")
    .description("a gate for CI: latency below a limit, and no slower than before; exit code 3 when missed")
    .argument("<model...>", "ONNX or TFLite files")
    .option("--platform <id>", "platform id, or all (repeatable; default: this machine's ONNX Runtime)", collect)
    .option("--max-latency <time>", "limit, e.g. 20ms, 1.5s or 800us")
    .option("--confidence <share>", "how likely a check must be to hold", "0.9")
    .option("--against <file>", "a baseline, the model of before, or a folder of models of the same names")
    .option("--max-regression <share>", "most that a model may be slower than before", "5%")
    .option("--measure", "measure on the platform instead of predicting; against a model file by a paired test")
    .option("--protocol <name>", "of measuring: brief, quick, standard or careful", "standard")
    .option("--input <name=shape>", "shape of a model input, in the file's order of axes (repeatable)", collect)
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--save <file>", "write a baseline of what was found")
    .option("--junit <file>", "write JUnit XML")
    .option("--summary <file>", "append a Markdown summary, e.g. to $GITHUB_STEP_SUMMARY")
    .action((models: string[], options, command) =>
      run(command, async (context) => {
        const { checkModels } = await import("../../jobs/check.js");
        const { describeChecks } = await import("../check-text.js");
        const rows = await withProgress((watch) =>
          checkModels({
            home: context.home,
            models,
            platform: platformsIn(options),
            inputs: options.input ?? [],
            pools: options.pool ?? [],
            maxLatencyMs: options.maxLatency === undefined ? undefined : durationMs(options.maxLatency),
            confidence: numberOf(options, "confidence"),
            against: options.against,
            maxRegression: shareOf(options.maxRegression),
            measure: options.measure === true,
            protocol: options.protocol,
            save: options.save,
            signal: context.signal,
            onProgress: oneStage("measuring", watch),
          }),
        );
        usable(rows, models.length);
        await writeFiles(rows, options);
        context.result(rows, describeChecks);
        return exitCode(rows);
      }),
    );
};

async function writeFiles(
  rows: readonly (CheckRow | BadFile)[],
  { junit, summary }: Record<string, string | undefined>,
) {
  const { checkSummary, junitXml } = await import("../../reports/index.js");
  if (junit !== undefined) saveWhole(junit, junitXml(rows));
  if (summary !== undefined) naming(summary, () => appendFileSync(summary, checkSummary(rows)));
}

/** A file that cannot be used is a fault of the call, whatever the others say. */
function exitCode(rows: readonly (CheckRow | BadFile)[]): number {
  const bad = badOf(rows);
  if (bad.some(({ error }) => error.code !== "engine-unavailable")) return 2;
  if (bad.length > 0) return 1;
  return rows.every((row) => isBad(row) || row.passed) ? 0 : 3;
}

const units: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, "": 1 };

function durationMs(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?|\.\d+)\s*(us|µs|ms|s|)$/.exec(text.trim()) ?? [];
  if (digits === undefined)
    throw new LitepredError("bad-usage", `--max-latency ${text} is no time`, "for example --max-latency 20ms");
  return Number(digits) * units[unit!]!;
}

function shareOf(text: string): number {
  const [, digits, sign] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  if (digits === undefined)
    throw new LitepredError("bad-usage", `--max-regression ${text} is no share`, "for example --max-regression 5%");
  return sign === "%" ? Number(digits) / 100 : Number(digits);
}
