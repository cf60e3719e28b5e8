/** Numbers and configs as people read them. */
/** Milliseconds with three significant digits. */
export function ms(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : "–";

export const signedPercent = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %`;

/** 12.3 M, 4.5 G. */
export function amount(value: number): string {
  for (const [size, unit] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const)
    if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  return String(Math.round(value));
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** `device/processor/engine@version/precision` in two lines. */
export function platformParts(id: string): { readonly engine: string; readonly device: string } {
  const [device = "", processor = "", engine = "", ...precision] = id.split("/");
  return { engine: `${engine.replace("@", " ")} · ${precision.join("/")}`, device: `${device} · ${processor}` };
}

/** For SVG and tooltips. */
export const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
