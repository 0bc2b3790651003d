import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { ifServed } from "../api/analytics";
import { manage } from "../api/manage";
import { LANGUAGES, useI18n } from "../i18n";
import { readSetting } from "../lib/storage";
import { isZone } from "../lib/zone";
import { setTheme } from "./theme";

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

/** A browser that has chosen nothing of its own takes what the manager keeps, once. */
export function useStoredPreferences(): void {
  const { setLanguage, setTimeZone } = useI18n();
  const { data } = usePreferences();
  const taken = useRef(false);
  useEffect(() => {
    if (!data || taken.current) return;
    taken.current = true;
    const language = LANGUAGES.find(({ id }) => id === data.language);
    if (language && readSetting("language") === null) setLanguage(language.id);
    if (isZone(data.time_zone) && readSetting("zone") === null) setTimeZone(data.time_zone);
    const theme = data.theme === "light" || data.theme === "dark" ? data.theme : null;
    if (theme && readSetting("theme") === null) setTheme(theme);
  }, [data, setLanguage, setTimeZone]);
}
