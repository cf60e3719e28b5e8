// By which command each page of docs/results came, and whether the program still gives the figures of those that are computed from
// data that others published: a part of them, which takes seconds, is made again and held against the page.
// Usage: node scripts/results.mjs [--check] [--data DIR]
//   --check  also: every page names its command, the program has it with the options that the page gives; and the parts
//   --data   folder of the published data, default ../shared/data; where it is not, the parts are skipped
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = join(root, "docs", "results");
const program = join(root, "bin", "litepred.js");
const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const data = process.argv.includes("--data") ? option("--data") : join(root, "..", "shared", "data");

const published = "computed from published data";
const pool = "computed from pool/measurements";

/** What pages are made of that were not measured for them. */
const sources = {
  "accuracy.md": published,
  "distribution.md": published,
  "peers.md": published,
  "recorded-gpus.md": published,
  "recorded-transfer.md": published,
  "regret.md": published,
  "similarity.md": pool,
  "transfer.md": pool,
};

/**
 * Parts that are made again. `key`: columns that tell rows of a section apart; the columns of `ignored` are times, or depend on which
 * part is made; all others have to be equal.
 */
const parts = [
  { page: "accuracy.md", args: ["accuracy", "--data", join(data, "ofa-accuracy")], key: 2, ignored: [] },
  {
    page: "distribution.md",
    args: [
      ...["distribution", "--rows", join(data, "nas-kernel-configs"), "--kernel", "maxpool"],
      ...["--sampler", "real", "--sampler", "prior", "--sampler", "random"],
    ],
    key: 1,
    ignored: ["CPU s"],
  },
  {
    page: "recorded-transfer.md",
    args: [
      ...["recorded", "--data", data, "--groups", "phones", "--methods", "log-linear"],
      ...["--budgets", "60", "--seeds", "1,2,3,4,5"],
    ],
    key: 2,
    ignored: ["CPU s"],
  },
  {
    page: "regret.md",
    args: ["regret", "--data", data, "--method", "random", "--device", "1080ti_1", "--device", "raspi4"],
    section: "Device by device",
    key: 3,
    ignored: [],
  },
];

/** Commands of a page: `litepred …`, `npm run …` or `node scripts/…`, on a line of a code block or between backticks; each as words. */
function commandsOf(text) {
  const joined = text.replace(/\\\n\s*/g, "");
  const inline = [...joined.matchAll(/`((?:litepred|npm run|node scripts\/)[^`]*)`/g)].map((match) => match[1]);
  const blocks = [...joined.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) => match[1].split("\n"));
  return [...inline, ...blocks]
    .map((line) => line.replace(/\s#.*$/, "").trim())
    .map((line) => line.split(/\s+/))
    .filter(([tool, ...words]) => ["litepred", "npm", "node"].includes(tool) && words.length > 0);
}

const helps = new Map();
function helpOf(words) {
  const key = words.join(" ");
  if (!helps.has(key)) helps.set(key, spawnSync(process.execPath, [program, ...words, "--help"], { encoding: "utf8" }));
  const { status, stdout } = helps.get(key);
  return status === 0 ? stdout : undefined;
}

/** Options that the program had once: pages of that time keep them. */
const gone = { "models-onnxruntime.md": ["--passes"] };

/** Why a command cannot be given today; undefined where it can. */
function problemOf(page, [tool, ...words]) {
  if (tool === "node") return existsSync(join(root, words[0])) ? undefined : `there is no ${words[0]}`;
  if (tool === "npm") return undefined;
  const verb = words.slice(0, words[0] === "evaluate" || words[0] === "pool" ? 2 : 1);
  const help = helpOf(verb);
  if (help === undefined || !help.startsWith(`Usage: litepred ${verb.join(" ")}`))
    return `no command ${verb.join(" ")}`;
  const missing = words.filter((word) => word.startsWith("--") && !help.includes(word) && !gone[page]?.includes(word));
  return missing.length === 0 ? undefined : `${verb.join(" ")} has no ${missing.join(", ")}`;
}

/** Rows of all tables: the heading above, and cells by column. */
function rowsOf(text) {
  const rows = [];
  let section = "";
  let columns;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) section = line.replace(/^#+ */, "");
    if (!line.startsWith("|")) columns = undefined;
    else if (/^\|[\s|:-]+\|$/.test(line)) continue;
    else {
      const cells = line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim());
      if (columns === undefined) columns = cells;
      else rows.push({ section, columns, cells });
    }
  }
  return rows;
}

/** How many rows were compared, and those that differ. */
function compare({ page, args, key, ignored, section }) {
  const folder = mkdtempSync(join(tmpdir(), "litepred-results-"));
  try {
    const file = join(folder, "page.md");
    const run = spawnSync(process.execPath, [program, "evaluate", ...args, "--home", folder, "--markdown", file]);
    if (run.status !== 0) return { rows: 0, wrong: [`${page}: ${run.stderr}`] };
    const kept = rowsOf(readFileSync(join(pages, page), "utf8"));
    const made = rowsOf(readFileSync(file, "utf8")).filter((row) => section === undefined || row.section === section);
    const wrong = made.flatMap(({ section: where, columns, cells }) => {
      const name = cells.slice(0, key).join(" ");
      const known = kept.find((row) => row.section === where && row.cells.slice(0, key).join(" ") === name);
      if (known === undefined) return [`${page}, ${where}: no row ${name}`];
      const differ = columns.filter((column, i) => !ignored.includes(column) && known.cells[i] !== cells[i]);
      const shown = differ.map(
        (column) => `${column} ${known.cells[columns.indexOf(column)]} is now ${cells[columns.indexOf(column)]}`,
      );
      return differ.length === 0 ? [] : [`${page}, ${where}, ${name}: ${shown.join(", ")}`];
    });
    return { rows: made.length, wrong: made.length === 0 ? [`${page}: nothing was made`] : wrong };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const check = process.argv.includes("--check");
const wrong = [];
for (const page of readdirSync(pages).filter((file) => file.endsWith(".md"))) {
  const commands = commandsOf(readFileSync(join(pages, page), "utf8"));
  console.log(`${page}: ${sources[page] ?? "measured"}\n${commands.map((words) => `  ${words.join(" ")}`).join("\n")}`);
  if (commands.length === 0) wrong.push(`${page} names no command`);
  if (check)
    wrong.push(...commands.flatMap((words) => problemOf(page, words) ?? []).map((problem) => `${page}: ${problem}`));
}
if (check && !existsSync(data)) console.log("skipped: reference data not found");
if (check && existsSync(data))
  for (const part of parts) {
    const found = compare(part);
    console.log(`${part.page}: ${found.rows} rows made again, ${found.wrong.length} differ`);
    wrong.push(...found.wrong);
  }
for (const line of wrong) console.log(`! ${line}`);
if (wrong.length > 0) process.exitCode = 1;
