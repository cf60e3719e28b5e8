/** Ratios (0–1) as text for people. */

/** Per cent with its sign; a dash for what is not a number. */
export function percent(ratio: number, digits = 1): string {
  return Number.isFinite(ratio) ? `${inPercent(ratio, digits)} %` : "–";
}

/** The number alone, for a column whose head says per cent. */
export const inPercent = (ratio: number, digits = 1): string => (ratio * 100).toFixed(digits);
