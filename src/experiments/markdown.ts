/** Markdown that the pages of the experiments are made of. */

const line = (cells: readonly (string | number)[]) =>
  `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;

export const markdownTable = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");

/** Of an ISO time. */
export const dayOf = (time: string): string => time.slice(0, 10);

export const today = (): string => dayOf(new Date().toISOString());
