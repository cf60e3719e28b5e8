import { milliseconds } from "../base/index.js";

const prefixes = ["", "k", "M", "G", "T", "P"];

/** 1,234,567 → 1.23 M. */
export function scaled(value: number): string {
  const step = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${milliseconds(value / 1000 ** step)} ${prefixes[step]}`.trimEnd();
}
