import { useNavigate } from "@tanstack/react-router";
import { type I18n, LANGUAGES, useI18n } from "../i18n";
import { PHONE, useMedia } from "../lib/media";
import { buttonClass } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "../ui/menu";
import { useListed } from "./features";
import { PAGES } from "./navigation";
import { useSignOut } from "./sign-out";
import { setTheme, type ThemeChoice, useTheme } from "./theme";

function themes(t: I18n["t"]): readonly { value: ThemeChoice; label: string }[] {
  return [
    { value: "auto", label: t("theme.auto") },
    { value: "light", label: t("theme.light") },
    { value: "dark", label: t("theme.dark") },
  ];
}

const languages = LANGUAGES.map(({ id, name }) => ({ value: id, label: name }));

export function ThemeMenu() {
  const { t } = useI18n();
  const theme = useTheme();
  const icon = theme === "auto" ? "system" : theme === "dark" ? "moon" : "sun";
  return (
    <Menu
      trigger={
        <button type="button" className={buttonClass("ghost")} aria-label={t("theme.label")} title={t("theme.label")}>
          <Icon name={icon} />
        </button>
      }
    >
      <MenuChoice label={t("theme.label")} value={theme} options={themes(t)} onChange={setTheme} />
    </Menu>
  );
}

export function LanguageMenu({ full = false }: { full?: boolean }) {
  const { t, language, setLanguage } = useI18n();
  const current = LANGUAGES.find(({ id }) => id === language);
  return (
    <Menu
      trigger={
        <button type="button" className={buttonClass("ghost")} title={t("language.label")}>
          <span className="sr">{t("language.label")}: </span>
          {full ? current?.name : current?.short}
          <Icon name="chevronDown" small />
        </button>
      }
    >
      <MenuChoice label={t("language.label")} value={language} options={languages} onChange={setLanguage} />
    </Menu>
  );
}

/** Everything that has no room in a narrow header. `short`: theme and language have their own menus. */
export function MoreMenu({
  trigger,
  onShortcuts,
  short = false,
}: {
  trigger: React.ReactElement;
  onShortcuts(): void;
  short?: boolean;
}) {
  const { t, language, setLanguage } = useI18n();
  const theme = useTheme();
  const navigate = useNavigate();
  const listed = useListed();
  const signOut = useSignOut();
  const phone = useMedia(PHONE);
  const others = phone ? PAGES.filter((page) => !page.phone && listed(page.needs)) : [];
  return (
    <Menu trigger={trigger}>
      {others.map((page) => (
        <MenuItem key={page.to} onSelect={() => void navigate({ to: page.to })}>
          <Icon name={page.icon} small />
          {t(page.label)}
        </MenuItem>
      ))}
      {others.length > 0 ? <MenuSeparator /> : null}
      {short ? null : (
        <>
          <MenuChoice label={t("theme.label")} value={theme} options={themes(t)} onChange={setTheme} />
          <MenuSeparator />
          <MenuChoice label={t("language.label")} value={language} options={languages} onChange={setLanguage} />
          <MenuSeparator />
        </>
      )}
      <MenuItem onSelect={onShortcuts}>
        <Icon name="info" small />
        {t("shell.keys")}
      </MenuItem>
      <MenuItem onSelect={signOut}>
        <Icon name="signOut" small />
        {t("session.signOut")}
      </MenuItem>
    </Menu>
  );
}
