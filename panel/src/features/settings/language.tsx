import { usePreferences } from "../../app/stored-preferences";
import { setTheme, type ThemeChoice, useTheme } from "../../app/theme";
import { LANGUAGES, useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { allZones, browserZone, isZone } from "../../lib/zone";
import { SelectField } from "../../ui/field";
import { Panel } from "../../ui/panel";
import styles from "./settings.module.css";

/** Language, zone and theme: at once here, and kept by the manager for other browsers. */
export function LanguagePanel() {
  const { t, language, setLanguage, setTimeZone, zoneChosen, format } = useI18n();
  const theme = useTheme();
  const now = useNow(30_000);
  const stored = usePreferences();
  const zones = allZones();
  const own = browserZone();
  return (
    <Panel
      title={t("settings.language")}
      note={stored.data ? t("language.keptByManager") : t("language.keptByBrowser")}
      flush
    >
      <div className={styles.field}>
        <SelectField
          inline
          label={t("language.label")}
          name="language"
          value={language}
          options={LANGUAGES.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => {
            const next = LANGUAGES.find(({ id }) => id === event.target.value);
            if (!next) return;
            setLanguage(next.id);
          }}
        />
      </div>
      <div className={styles.field}>
        <SelectField
          inline
          label={t("language.zone")}
          help={t("language.zoneHelp", {
            time: format.dateTime(now, now, { short: true }),
            zone: format.timeZone,
          })}
          name="time-zone"
          value={zoneChosen ? format.timeZone : ""}
          options={[
            { value: "", label: t("language.browserZone", { zone: own }) },
            ...zones.map((zone) => ({ value: zone, label: zone })),
          ]}
          onChange={(event) => {
            const next = event.target.value;
            if (next !== "" && !isZone(next)) return;
            setTimeZone(next);
          }}
        />
      </div>
      <div className={styles.field}>
        <SelectField
          inline
          label={t("theme.label")}
          name="theme"
          value={theme}
          options={[
            { value: "auto", label: t("theme.auto") },
            { value: "light", label: t("theme.light") },
            { value: "dark", label: t("theme.dark") },
          ]}
          onChange={(event) => {
            const next = event.target.value as ThemeChoice;
            setTheme(next);
          }}
        />
      </div>
    </Panel>
  );
}
