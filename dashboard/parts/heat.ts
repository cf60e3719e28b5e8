/** Colours of heat maps, pale to strong, each with the ink that is read best on it. */
import { theme } from "../theme.js";

export interface Heat {
  readonly fill: string;
  readonly ink: "#000" | "#fff";
}

/** @param at 0–1; NaN, for what is not known, is as pale as 0 */
export function heat(at: number): Heat {
  const level = Math.max(0, Math.min(1, at || 0));
  const isDark = theme.value === "dark";
  const lightness = isDark ? 24 + 50 * level : 96 - 56 * level;
  const [hue, saturation] = [isDark ? 28 : 24, 20 + 60 * level];
  const light = luminance(hue, saturation / 100, lightness / 100);
  return {
    fill: `hsl(${hue} ${saturation}% ${lightness}%)`,
    ink: contrast(light, 0) >= contrast(1, light) ? "#000" : "#fff",
  };
}

const contrast = (lighter: number, darker: number) => (lighter + 0.05) / (darker + 0.05);

/** Relative luminance as WCAG defines it. */
function luminance(hue: number, saturation: number, lightness: number): number {
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(4);
}
