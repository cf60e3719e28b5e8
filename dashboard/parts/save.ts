import { csvCell } from "../../src/reports/index.js";

/** What is shown as a file: tables as CSV, predictions as JSON, charts as PNG. */
export function save(name: string, content: string | Blob, type = "text/plain"): void {
  const address = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function saveCsv(name: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  save(name, [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n"), "text/csv");
}

export const saveJson = (name: string, value: unknown): void =>
  save(name, JSON.stringify(value, null, 2), "application/json");

export async function saveAddress(name: string, dataAddress: string): Promise<void> {
  save(name, await (await fetch(dataAddress)).blob());
}

/** Pixels a side that every browser's canvas has. */
const mostPixels = 8192;

/** At twice its size where a canvas is large enough for that, smaller where it has to be. */
export async function saveSvgAsPng(name: string, svg: string, size: { width: number; height: number }): Promise<void> {
  const scale = Math.min(2, mostPixels / Math.max(size.width, size.height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(size.width * scale);
  canvas.height = Math.ceil(size.height * scale);
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (picture !== null) save(name, picture);
}
