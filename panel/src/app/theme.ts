import { useSyncExternalStore } from "react";
import { readSetting, writeSetting } from "../lib/storage";

export type ThemeChoice = "auto" | "light" | "dark";

const dark = () => matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let choice: ThemeChoice = "auto";

function apply(): void {
  const theme = choice === "auto" ? (dark().matches ? "dark" : "light") : choice;
  document.documentElement.dataset.theme = theme;
}

/** Runs before the body is parsed, so that the first paint already has the right colours. */
export function startTheme(): void {
  const stored = readSetting("theme");
  choice = stored === "light" || stored === "dark" ? stored : "auto";
  apply();
  dark().addEventListener("change", apply);
}

export function setTheme(next: ThemeChoice): void {
  choice = next;
  writeSetting("theme", next);
  apply();
  for (const listener of listeners) listener();
}

export function useTheme(): ThemeChoice {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => choice,
  );
}
