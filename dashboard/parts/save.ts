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
