import type { Command } from "commander";
import type { AddedFile } from "../../jobs/pool.js";
import type { Pool, PoolEntry } from "../../pool/index.js";
import { percent, renderTable } from "../render.js";
import type { RegisterCommand, RunCommand } from "./command.js";

export const pool: RegisterCommand = (program, run) => {
  const parent = program.command("pool").description("the predictor pool: what there is to transfer from");
  for (const register of [list, show, verify, exportTo]) register(parent, run);
  add(parent, run, "add", "takes files that pool export wrote into the workspace, after checking them");
  add(parent, run, "import", "the same as add");
};

const list: RegisterCommand = (parent, run) => {
  parent
    .command("list", { isDefault: true })
    .description("predictors with provenance and held-out error")
    .action((_options, command) =>
      run(command, async (context) => {
        const { entries, problems } = (await open(context.home)).list();
        for (const { file, reason } of problems) context.note(`! ${file}: ${reason}`);
        context.result(entries, (list) =>
          renderTable(
            ["platform", "kernel types", "samples", "within 10 % (mean)", "KiB", "date", "method"],
            list.map((e) => [
              e.platform,
              e.kernels.length,
              e.provenance.samples,
              percent(e.kernels.reduce((total, kernel) => total + kernel.within10, 0) / e.kernels.length),
              Math.ceil(e.sizeBytes / 1024),
              e.provenance.date.slice(0, 10),
              e.provenance.method,
            ]),
          ),
        );
        return 0;
      }),
    );
};

const show: RegisterCommand = (parent, run) => {
  parent
    .command("show")
    .description("one predictor: provenance, hash, held-out error by kernel type")
    .argument("<platform>", "full platform id")
    .action((platform: string, _options, command) =>
      run(command, async (context) => {
        context.result((await open(context.home)).find(platform), describe);
        return 0;
      }),
    );
};

const verify: RegisterCommand = (parent, run) => {
  parent
    .command("verify")
    .description("checks hash and form of every predictor; exit code 1 when one is not sound")
    .action((_options, command) =>
      run(command, async (context) => {
        const { entries, problems } = (await open(context.home)).list();
        context.result({ sound: entries.length, problems }, (r) =>
          [`${r.sound} predictors are sound`, ...r.problems.map(({ file, reason }) => `! ${file}: ${reason}`)].join(
            "\n",
          ),
        );
        return problems.length > 0 ? 1 : 0;
      }),
    );
};

const exportTo: RegisterCommand = (parent, run) => {
  parent
    .command("export")
    .description("copies predictors into a folder, to be passed on")
    .argument("<dir>", "folder; made where it is missing")
    .option("--platform <id>", "only this one")
    .option("--measurements", "also what was measured, a Parquet file for each platform, in <dir>/measurements")
    .action((folder: string, options, command) =>
      run(command, async (context) => {
        const { exportPool } = await import("../../jobs/pool.js");
        const files = await exportPool({ home: context.home, folder, ...options });
        context.result(files, (list) => list.join("\n"));
        return 0;
      }),
    );
};

function add(parent: Command, run: RunCommand, name: string, description: string): void {
  parent
    .command(name)
    .description(description)
    .argument("<file...>", "predictors (.safetensors) and measurements (.parquet); untrusted input")
    .action((files: string[], _options, command) =>
      run(command, async (context) => {
        const { addFiles } = await import("../../jobs/pool.js");
        context.result(await addFiles(context.home, files), (added) => added.map(describeAdded).join("\n"));
        return 0;
      }),
    );
}

const describeAdded = (one: AddedFile) =>
  "platform" in one
    ? `${one.platform}  ${one.sha256.slice(0, 12)}`
    : `${one.file}: ${one.added} measurements, ${one.known} known before`;

async function open(home: string): Promise<Pool> {
  const { openPool } = await import("../../pool/index.js");
  return openPool(home);
}

function describe(entry: PoolEntry): string {
  const { provenance: p } = entry;
  const lines = [
    `${entry.platform}`,
    `file      ${entry.file} (${Math.ceil(entry.sizeBytes / 1024)} KiB)`,
    `sha256    ${entry.sha256}`,
    `made      ${p.date.slice(0, 10)} by ${p.method}, litepred ${p.litepred}`,
    `measured  ${p.samples} kernels, ${entry.correctionModels} whole models; protocols ${p.protocols.join(", ")}`,
    `method    ${p.measuredBy === "reference" ? "against the reference models" : "the old one, before the reference models"}`,
    `on        ${p.device}, engine version ${p.engineVersion}${p.coreStates?.length ? `, core ${p.coreStates.join(" and ")}` : ""}`,
  ];
  const rows = entry.kernels.map((kernel) => [
    kernel.type,
    kernel.samples,
    percent(kernel.mape),
    percent(kernel.within10),
    p.donors?.[kernel.type]?.[0] ?? "–",
  ]);
  return [...lines, renderTable(["kernel type", "samples", "held-out MAPE", "within 10 %", "source"], rows)].join("\n");
}
