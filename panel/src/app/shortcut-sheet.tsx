import { type Key, useI18n } from "../i18n";
import { Sheet } from "../ui/dialog";
import { useListed } from "./features";
import { PAGES } from "./navigation";
import styles from "./palette.module.css";

/** On a Mac the modifier has its own sign. */
export function modifier(): string {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl ";
}

const KEYS: readonly { keys: readonly string[]; label: Key }[] = [
  { keys: ["mod+K"], label: "keys.palette" },
  { keys: ["/"], label: "keys.filter" },
  { keys: ["J", "K"], label: "keys.rows" },
  { keys: ["↵"], label: "keys.open" },
  { keys: ["Esc"], label: "keys.close" },
  { keys: ["P"], label: "keys.pause" },
  { keys: ["E"], label: "keys.export" },
  { keys: ["←", "→"], label: "keys.chart" },
  { keys: ["R"], label: "keys.refresh" },
  { keys: ["T"], label: "keys.theme" },
  { keys: ["?"], label: "keys.sheet" },
];

export function ShortcutSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useI18n();
  const listed = useListed();
  const pages = PAGES.filter(({ needs }) => listed(needs));
  return (
    <Sheet open={open} onClose={onClose} title={t("keys.title")} closeLabel={t("action.close")}>
      <dl className={styles.keys}>
        {KEYS.map(({ keys, label }) => (
          <div key={label}>
            <dt>
              {keys.map((key) => (
                <kbd key={key} className={styles.kbd}>
                  {key.replace("mod+", modifier())}
                </kbd>
              ))}
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
        {pages.map(({ to, key, label }) => (
          <div key={to}>
            <dt>
              <kbd className={styles.kbd}>G {key.toUpperCase()}</kbd>
            </dt>
            <dd>{t("keys.goTo", { page: t(label) })}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
