import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { keysAreFree, useShortcuts } from "../lib/shortcuts";
import { useListed } from "./features";
import { PAGES } from "./navigation";
import { setTheme } from "./theme";

const SEQUENCE_MS = 1_200;

/** Keys that work on every page, and the two layers that they open. */
export function useGlobalKeys() {
  const navigate = useNavigate();
  const listed = useListed();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const after = useRef(0);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        setPalette((open) => !open);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);

  useShortcuts({
    "?": () => setSheet(true),
    t: () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
    g: () => {
      after.current = Date.now();
    },
  });
  // The second key of "g d" must win over what the page does with that key.
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (Date.now() - after.current > SEQUENCE_MS || !keysAreFree(event)) return;
      const page = PAGES.find((each) => each.key === event.key.toLowerCase() && listed(each.needs));
      after.current = 0;
      if (!page) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void navigate({ to: page.to });
    };
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [navigate, listed]);

  return { palette, setPalette, sheet, setSheet };
}
