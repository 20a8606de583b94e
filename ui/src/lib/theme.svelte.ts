/** Light or dark: the system's preference, unless the person chose. */

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED = "openvoy.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

let chosen = $state<Theme>((document.documentElement.dataset["theme"] as Theme | undefined) ?? "auto");
let isSystemDark = $state(dark.matches);
dark.addEventListener("change", (event) => (isSystemDark = event.matches));

export function theme(): Theme {
  return chosen;
}

export function isDark(): boolean {
  return chosen === "auto" ? isSystemDark : chosen === "dark";
}

export function setTheme(next: Theme): void {
  chosen = next;
  if (next === "auto") {
    delete document.documentElement.dataset["theme"];
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset["theme"] = next;
    localStorage.setItem(STORED, next);
  }
}
