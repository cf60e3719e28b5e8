/** Text of others (names in a model file, paths) into HTML, XML, Markdown and CSV, so that it stays text. */
import { printable } from "../base/index.js";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For HTML and XML, in text and in quoted attributes. */
export const markup = (text: string): string => printable(text).replace(/[&<>"']/g, (sign) => entities[sign]!);

/** For Markdown, in text and in a table's cell. */
export const markdown = (text: string): string =>
  printable(text)
    .replace(/[\\`*_{}[\]()#+!|~$@]/g, "\\$&")
    .replace(/</g, "&lt;")
    .replace(/:\/\//g, "&#58;//");

/**
 * A CSV cell. What a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection); numbers are left alone.
 */
export function csvCell(value: string | number): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = printable(value);
  const safe = /^\s*[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",;\n\r']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
