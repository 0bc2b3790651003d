import { type ReactNode, type RefObject, useEffect } from "react";
import { useI18n } from "../../i18n";
import { IconButton } from "../../ui/button";
import styles from "./drawer.module.css";

/** A drawer beside the page: not modal, so that the page stays usable. Escape closes it. */
export function DrawerFrame({
  title,
  tools,
  scroller,
  onClose,
  children,
}: {
  /** Holds the element with the id `drawer-title`. */
  title: ReactNode;
  tools?: ReactNode;
  scroller?: RefObject<HTMLElement | null>;
  onClose(): void;
  children: ReactNode;
}) {
  const { t } = useI18n();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("[role=menu], [role=dialog]:not([data-drawer]), [role=alertdialog]")) return;
      onClose();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [onClose]);
  return (
    <aside className={styles.drawer} aria-labelledby="drawer-title" data-drawer>
      <header className={styles.head}>
        {title}
        <span className="grow" />
        {tools}
        <IconButton icon="close" label={t("action.close")} onClick={onClose} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className={styles.body} ref={scroller} tabIndex={0} aria-labelledby="drawer-title">
        {children}
      </section>
    </aside>
  );
}

export function Section({
  title,
  note,
  action,
  children,
}: {
  title: ReactNode;
  note?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.section}>
      <h3>
        {title}
        {note ? <span className={styles.note}>{note}</span> : null}
        {action ? <span className={styles.action}>{action}</span> : null}
      </h3>
      {children}
    </section>
  );
}
