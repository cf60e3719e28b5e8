/** Numbers for people; the unit stands beside them. */

/** Three significant digits, no exponent. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

/** A signed ratio as per cent. */
export function signed(ratio: number): string {
  const size = (Math.abs(ratio) * 100).toFixed(1);
  if (Number(size) === 0) return `${size} %`;
  return `${ratio >= 0 ? "+" : "−"}${size} %`;
}

const prefixes = ["", "k", "M", "G", "T", "P"];

/** 1,234,567 → 1.23 M. */
export function scaled(value: number): string {
  const step = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${milliseconds(value / 1000 ** step)} ${prefixes[step]}`.trimEnd();
}
