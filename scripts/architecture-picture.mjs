// Draws docs/architecture.svg and writes the table of folders in docs/architecture.md, both from the code: who imports whom, and
// the comment that each door opens with.
// Usage: node scripts/architecture-picture.mjs [--check]
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folderOf, layout, readImports, source } from "./imports.mjs";

const docs = (file) => fileURLToPath(new URL(`../docs/${file}`, import.meta.url));
const lines = layout
  .map((line) => line.filter((folder) => existsSync(join(source, folder))))
  .filter((l) => l.length > 0);
const folders = lines.flat();

/** folder → the folders that it imports, in the order of the layout. */
const uses = new Map(
  folders.map((folder) => {
    const targets = new Set(
      readImports()
        .filter(({ file }) => !file.endsWith(".test.ts") && file.startsWith(`${folder}/`))
        .map(({ target }) => folderOf(target)),
    );
    return [folder, folders.filter((other) => other !== folder && targets.has(other))];
  }),
);

const reaches = (from, to) => uses.get(from).some((next) => next === to || reaches(next, to));
/** Arrows that no longer way implies; the table has them all. */
const arrows = folders.flatMap((from) =>
  uses
    .get(from)
    .filter((to) => !uses.get(from).some((between) => between !== to && reaches(between, to)))
    .map((to) => ({ from, to })),
);

// ---- the picture: arrows pass between boxes, so a long one holds a place in every line that it crosses ----

const box = { width: 112, height: 30, step: 74 };
const width = 900;
const top = 16;
const lineOf = (folder) => lines.findIndex((line) => line.includes(folder));

/** Each arrow as the chain of places that it goes by. */
const chains = arrows.map(({ from, to }) => {
  const crossed = Array.from(
    { length: lineOf(to) - lineOf(from) - 1 },
    (_, i) => `${from}>${to}@${lineOf(from) + 1 + i}`,
  );
  return [from, ...crossed, to];
});
const isBox = (place) => folders.includes(place);
const rows = lines.map((line, row) => [
  ...line,
  ...chains.map((chain) => chain[row - lineOf(chain[0])]).filter((p) => p?.includes("@")),
]);
const neighbours = new Map(rows.flat().map((place) => [place, []]));
for (const chain of chains)
  for (let i = 1; i < chain.length; i++) {
    neighbours.get(chain[i - 1]).push(chain[i]);
    neighbours.get(chain[i]).push(chain[i - 1]);
  }

const x = new Map();
for (const row of rows) spread(row, (_, i) => ((i + 0.5) * width) / row.length);
for (let sweep = 0; sweep < 40; sweep++)
  for (const row of sweep % 2 === 0 ? rows : [...rows].reverse()) spread(row, (place) => meanOf(neighbours.get(place)));

function meanOf(places) {
  return places.length === 0 ? width / 2 : places.reduce((sum, place) => sum + x.get(place), 0) / places.length;
}

/** Puts a line's places where they are wanted, in that order, as near as their widths allow. */
function spread(row, wantedOf) {
  const wanted = new Map(row.map((place, i) => [place, wantedOf(place, i)]));
  row.sort((a, b) => wanted.get(a) - wanted.get(b));
  const room = (a, b) => (isBox(a) && isBox(b) ? box.width + 24 : isBox(a) || isBox(b) ? box.width / 2 + 18 : 14);
  const right = [];
  for (const [i, place] of row.entries())
    right.push(Math.max(wanted.get(place), i === 0 ? box.width / 2 + 8 : right[i - 1] + room(row[i - 1], place)));
  const left = [];
  for (let i = row.length - 1; i >= 0; i--)
    left[i] = Math.min(
      wanted.get(row[i]),
      i === row.length - 1 ? width - box.width / 2 - 8 : left[i + 1] - room(row[i], row[i + 1]),
    );
  for (const [i, place] of row.entries()) x.set(place, (right[i] + left[i]) / 2);
}

const least = Math.min(...x.values()) - box.width / 2 - 16;
const most = Math.max(...x.values()) + box.width / 2 + 16;
for (const [place, at] of x) x.set(place, at - least);

const yOf = (row) => top + row * box.step;

function arrow(chain) {
  const first = lineOf(chain[0]);
  const at = (i) => x.get(chain[i]).toFixed(1);
  let path = `M${at(0)} ${yOf(first) + box.height}`;
  for (let i = 1; i < chain.length; i++) {
    const [y1, y2] = [yOf(first + i - 1) + box.height, yOf(first + i)];
    const bend = (y2 - y1) / 2;
    const end = i === chain.length - 1 ? y2 - 2 : y2;
    path += `C${at(i - 1)} ${y1 + bend} ${at(i)} ${y2 - bend} ${at(i)} ${end}`;
    if (i < chain.length - 1) path += `V${y2 + box.height}`;
  }
  return `<path d="${path}" marker-end="url(#tip)"/>`;
}

function label(folder) {
  const [at, y] = [x.get(folder), yOf(lineOf(folder))];
  return [
    `<rect x="${(at - box.width / 2).toFixed(1)}" y="${y}" width="${box.width}" height="${box.height}" rx="5"/>`,
    `<text stroke="none" fill="#1f2d3a" x="${at.toFixed(1)}" y="${y + 20}">${folder}</text>`,
  ].join("");
}

const span = Math.ceil(most - least);
const height = top + (lines.length - 1) * box.step + box.height + 18;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${span} ${height}" width="${span}" height="${height}" font-family="system-ui, sans-serif" font-size="14">
<title>The folders of src and what they import</title>
<rect width="${span}" height="${height}" fill="#fff"/>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#7a8794"/></marker></defs>
<g fill="none" stroke="#9aa5b1" stroke-width="1.2">
${chains.map(arrow).join("\n")}
</g>
<g fill="#eef3f8" stroke="#4a6785" text-anchor="middle">
${folders.map(label).join("\n")}
</g>
</svg>
`;

// ---- the table ----

/** The comment that a file opens with, on one line; what it may import is said by the column beside. */
function openingOf(file) {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(source, file), "utf8"))?.[1] ?? "";
  const text = comment
    .replace(/^\s*\* ?/gm, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text.replace(/ ?\bMay import:? .*$/, "").replaceAll("|", "\\|");
}

const foldersIn = (folder) =>
  readdirSync(join(source, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .join(", ");

/** Folders without a door. */
const described = {
  jobs: () => "What a user can do, one verb a file.",
  experiments: () => `One folder a table of the evaluation: ${foldersIn("experiments")}.`,
  cli: () => openingOf("cli/main.ts"),
  formats: () =>
    `The file formats themselves, each with a door of its own: ${foldersIn("formats")}. Codecs only, no logic.`,
};

const table = [
  "| folder | what comes in, what goes out | imports |",
  "|---|---|---|",
  ...folders.map(
    (folder) =>
      `| \`${folder}\` | ${described[folder]?.() ?? openingOf(`${folder}/index.ts`)} | ${uses.get(folder).join(" ") || "–"} |`,
  ),
].join("\n");

const [begin, end] = ["<!-- folders: written by scripts/architecture-picture.mjs -->", "<!-- end of folders -->"];
const page = readFileSync(docs("architecture.md"), "utf8");
const [before, rest] = page.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) throw new Error(`docs/architecture.md has no "${begin}" … "${end}"`);

const wanted = { "architecture.svg": svg, "architecture.md": `${before}${begin}\n\n${table}\n\n${end}${after}` };
for (const [file, text] of Object.entries(wanted)) {
  const current = existsSync(docs(file)) ? readFileSync(docs(file), "utf8") : "";
  if (current === text) continue;
  if (process.argv.includes("--check")) {
    process.stderr.write(`docs/${file} is stale; run: node scripts/architecture-picture.mjs\n`);
    process.exitCode = 1;
  } else writeFileSync(docs(file), text);
}
