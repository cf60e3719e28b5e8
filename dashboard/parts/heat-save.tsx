/** A heat map as files: numbers as CSV and JSON, the picture as PNG. */
import { colour } from "./chart.js";
import { escaped } from "./format.js";
import { heat } from "./heat.js";
import { saveCsv, saveJson, saveSvgAsPng } from "./save.js";

export interface HeatTable {
  /** Of the files. */
  readonly name: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** By row; NaN where there is none. */
  readonly values: readonly (readonly number[])[];
  text(value: number): string;
  /** 0–1. */
  warmth(value: number): number;
}

export function SaveHeat({ table }: { table: HeatTable }) {
  const { name, rows, columns, values } = table;
  const known = (value: number) => (Number.isFinite(value) ? value : "");
  const asObjects = () =>
    rows.map((platform, r) => ({
      platform,
      ...Object.fromEntries(columns.map((column, c) => [column, values[r]![c]])),
    }));
  const picture = () => {
    const { svg, width, height } = svgOf(table);
    return saveSvgAsPng(`${name}.png`, svg, { width, height });
  };
  const button = (format: string, act: () => unknown) => (
    <button type="button" class="link small" onClick={() => void act()}>
      save as {format}
    </button>
  );
  return (
    <div class="row no-print">
      {button("CSV", () =>
        saveCsv(
          `${name}.csv`,
          ["platform", ...columns],
          rows.map((row, r) => [row, ...values[r]!.map(known)]),
        ),
      )}
      {button("JSON", () => saveJson(`${name}.json`, asObjects()))}
      {button("PNG", picture)}
    </div>
  );
}

/** Sizes of the picture's cells, pixels. */
const cell = { label: 380, width: 110, height: 26, head: 34 } as const;

function svgOf({ rows, columns, values, text, warmth }: HeatTable) {
  const [width, height] = [cell.label + cell.width * columns.length, cell.head + cell.height * rows.length];
  const write = (x: number, y: number, line: string, ink: string, anchor: string) =>
    `<text x="${x}" y="${y}" fill="${ink}" text-anchor="${anchor}">${escaped(line)}</text>`;
  const ink = colour("--text");
  const heads = columns.map((column, c) =>
    write(cell.label + cell.width * (c + 0.5), 22, shortened(column), ink, "middle"),
  );
  const body = rows.flatMap((row, r) => {
    const y = cell.head + cell.height * r;
    const cells = columns.map((_, c) => {
      const value = values[r]![c]!;
      const { fill, ink } = heat(Number.isFinite(value) ? warmth(value) : 0);
      const x = cell.label + cell.width * c;
      return `<rect x="${x}" y="${y}" width="${cell.width - 1}" height="${cell.height - 1}" fill="${fill}"/>${write(x + cell.width / 2, y + 17, Number.isFinite(value) ? text(value) : "–", ink, "middle")}`;
    });
    return [write(8, y + 17, row, ink, "start"), ...cells];
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12"><rect width="100%" height="100%" fill="${colour("--card")}"/>${heads.join("")}${body.join("")}</svg>`;
  return { svg, width, height };
}

const shortened = (text: string) => (text.length > 16 ? `${text.slice(0, 15)}…` : text);
