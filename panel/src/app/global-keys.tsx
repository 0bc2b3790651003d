import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useI18n } from "../i18n";
import { keyName, keysAreFree, useShortcuts } from "../lib/shortcuts";
import { useToast } from "../ui/toast";
import { useListed } from "./features";
import { PAGES } from "./navigation";
import { readAnew } from "./refresh";
import { setTheme } from "./theme";

const SEQUENCE_MS = 1_200;

/** Reads everything on the page anew, and says how that went. The stream does this by itself; this is for doubt. */
export function useRefreshAll(): () => Promise<void> {
  const { t } = useI18n();
  const client = useQueryClient();
  const toast = useToast();
  return useCallback(async () => {
    const [unread] = await Promise.all([
      readAnew(),
      client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" }),
    ]);
    const failed = client.getQueryCache().findAll({ type: "active", predicate: (query) => query.state.error !== null });
    toast.show(
      failed.length + unread === 0
        ? { state: "ok", title: t("refresh.done") }
        : { state: "bad", title: t("refresh.failed", { n: failed.length + unread }) },
    );
  }, [client, toast, t]);
}

/** Keys that work on every page, and the two layers that they open. */
export function useGlobalKeys() {
  const navigate = useNavigate();
  const listed = useListed();
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const refreshAll = useRefreshAll();
  const after = useRef(0);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (keyName(event) === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
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
    r: () => void refreshAll(),
    g: () => {
      after.current = Date.now();
    },
  });
  // The second key of "g d" must win over what the page does with that key.
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (Date.now() - after.current > SEQUENCE_MS || !keysAreFree(event)) return;
      const page = PAGES.find((each) => each.key === keyName(event) && listed(each.needs));
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
