/** Light or dark: as the system says, until the button is pressed. */
import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const kept = "litepred-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export const theme = signal<Theme>(initial());

function initial(): Theme {
  const chosen = read();
  return chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
}

function read(): string | null {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
}

export function toggleTheme(): void {
  theme.value = theme.value === "dark" ? "light" : "dark";
  try {
    localStorage.setItem(kept, theme.value);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

system.addEventListener("change", ({ matches }) => {
  if (read() === null) theme.value = matches ? "dark" : "light";
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
