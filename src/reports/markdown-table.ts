const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Cells are Markdown already; columns from `firstNumber` on are aligned to the right. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[], firstNumber = 1): string =>
  [line(head), line(head.map((_, i) => (i < firstNumber ? "---" : "---:"))), ...rows.map(line)].join("\n");
