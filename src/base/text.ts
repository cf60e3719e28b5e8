/** Ratios (0–1) as text for people. */

/** Per cent with its sign; a dash for what is not a number. */
export function percent(ratio: number, digits = 1): string {
  return Number.isFinite(ratio) ? `${inPercent(ratio, digits)} %` : "–";
}

/** The number alone, for a column whose head says per cent. */
export const inPercent = (ratio: number, digits = 1): string => (ratio * 100).toFixed(digits);

/** Control and direction characters: what could move a terminal's cursor, or make a name look like another. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of others (names in a model file) on one line of a terminal or a page: what cannot be seen shows as �. */
export const printable = (text: string): string => text.replace(unprintable, "\uFFFD");
