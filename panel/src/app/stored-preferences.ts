import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ifServed } from "../api/analytics";
import { manage } from "../api/manage";
import type { Preferences } from "../api/manage-types";
import { queryClient } from "../api/queries";
import { LANGUAGES, useI18n } from "../i18n";
import { useFailureText } from "../i18n/failure";
import { readSetting } from "../lib/storage";
import { isZone } from "../lib/zone";
import { useToast } from "../ui/toast";
import { setTheme, type ThemeChoice, useTheme } from "./theme";

export const preferencesKey = ["preferences"];

/** What the manager keeps of language, zone and theme; null where it keeps nothing. */
export function usePreferences() {
  return useQuery({
    queryKey: preferencesKey,
    queryFn: async () => (await ifServed(manage.preferences())) ?? null,
    staleTime: 60_000,
    retry: false,
  });
}

/**
 * A browser that has chosen nothing of its own takes what the manager keeps, once. What is chosen here later, by menu, key,
 * palette or settings, is kept by the manager for the next such browser.
 */
export function useStoredPreferences(): void {
  const { t, language, setLanguage, setTimeZone, zoneChosen, format } = useI18n();
  const theme = useTheme();
  const toast = useToast();
  const { data } = usePreferences();
  const taken = useRef(false);
  const zone = zoneChosen ? format.timeZone : "";
  const chosen = useRef({ language, zone, theme });
  const saving = useRef<Promise<unknown>>(Promise.resolve());
  const failureText = useFailureText();
  const latest = useRef({ t, toast, failureText });
  latest.current = { t, toast, failureText };
  useEffect(() => {
    if (!data || taken.current) return;
    taken.current = true;
    const stored = LANGUAGES.find(({ id }) => id === data.language);
    if (stored && readSetting("language") === null) setLanguage(stored.id);
    if (isZone(data.time_zone) && readSetting("zone") === null) setTimeZone(data.time_zone);
    const kept = data.theme === "light" || data.theme === "dark" ? data.theme : null;
    if (kept && readSetting("theme") === null) setTheme(kept);
  }, [data, setLanguage, setTimeZone]);
  useEffect(() => {
    const { t: say, toast: notices, failureText: words } = latest.current;
    // As the last change left it, also while the manager has not answered to that yet.
    const kept = queryClient.getQueryData<Preferences>(preferencesKey);
    if (!data || !kept) return;
    const before = chosen.current;
    chosen.current = { language, zone, theme };
    const change: Partial<Preferences> = {
      ...(language !== before.language && language !== kept.language ? { language } : {}),
      ...(zone !== before.zone && zone !== kept.time_zone ? { time_zone: zone } : {}),
      ...(theme !== before.theme && themeName(theme) !== kept.theme ? { theme: themeName(theme) } : {}),
    };
    if (Object.keys(change).length === 0) return;
    const wanted = { ...kept, ...change };
    queryClient.setQueryData(preferencesKey, wanted);
    saving.current = saving.current
      .then(() => manage.savePreferences(wanted))
      .then(
        () => undefined,
        (error: unknown) => {
          notices.show({ state: "bad", title: say("language.notKept"), text: words(error) });
          return queryClient.invalidateQueries({ queryKey: preferencesKey });
        },
      );
  }, [data, language, zone, theme]);
}

/** As the system has it, is kept as no choice. */
function themeName(theme: ThemeChoice): string {
  return theme === "auto" ? "" : theme;
}
