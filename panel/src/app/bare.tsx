import type { ReactNode } from "react";
import { useI18n } from "../i18n";
import { Logo } from "../ui/icon";
import styles from "./bare.module.css";
import { LanguageMenu, ThemeMenu } from "./preferences";

/** A page without navigation: login, setup, errors. */
export function Bare({ children, foot, wide = false }: { children: ReactNode; foot?: ReactNode; wide?: boolean }) {
  const { t } = useI18n();
  return (
    <main className={styles.bare}>
      <div className={wide ? styles.wide : styles.card}>
        <div className={styles.head}>
          <Logo />
          <b>{t("app.name")}</b>
          <span className="grow" />
          <LanguageMenu full />
          <ThemeMenu />
        </div>
        <div className={styles.panel}>{children}</div>
        {foot ? <div className={styles.foot}>{foot}</div> : null}
      </div>
    </main>
  );
}
