/** Numbers and others' words as text for people. */

/** Per cent with its sign; a dash for what is not a number. */
export function percent(ratio: number, digits = 1): string {
  return Number.isFinite(ratio) ? `${inPercent(ratio, digits)} %` : "–";
}

/** The number alone, for a column whose head says per cent. */
export const inPercent = (ratio: number, digits = 1): string => (ratio * 100).toFixed(digits);

/** A signed ratio as per cent. */
export function signedPercent(ratio: number): string {
  const size = inPercent(Math.abs(ratio));
  if (Number(size) === 0) return `${size} %`;
  return `${ratio >= 0 ? "+" : "−"}${size} %`;
}

/** 1 kernel, 2 kernels. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Milliseconds with three significant digits, two below 1; the unit stands beside them. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

/** Control and direction characters: what could move a terminal's cursor, or make a name look like another. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of others (names in a model file) on one line of a terminal or a page: what cannot be seen shows as �. */
export const printable = (text: string): string => text.replace(unprintable, "\uFFFD");

/** Cut in the middle, of which the end says more; of a path the end alone is kept. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.startsWith("/") ? 0 : Math.max(0, Math.floor((most - 1) / 4));
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

/** Names of others have no bounds: of a model with one of ten million characters an error said all of them. */
export const shortWords = (text: string, most: number): string =>
  text.length <= most ? text : text.replace(/\S+/g, (word) => shortened(word, most));
