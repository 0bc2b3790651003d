import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { forgetDirectKey, gatewayBase, gatewayHost, setRefusedHandler } from "../../api/direct";
import { GATEWAY } from "../../app/data";
import { ToManager } from "../../app/hosted-by-gateway";
import { PAGES } from "../../app/navigation";
import { LanguageMenu, ThemeMenu } from "../../app/preferences";
import { useI18n } from "../../i18n";
import { Button } from "../../ui/button";
import grid from "../../ui/grid.module.css";
import { Logo } from "../../ui/icon";
import { Empty, Panel } from "../../ui/panel";
import styles from "./gateway.module.css";
import { GatewayLogin } from "./login";
import { GatewayOverview } from "./overview";

/** The path of an address like `#/requests?range=7d`. */
function path(): string {
  return location.hash.replace(/^#/, "").split("?")[0] || "/";
}

function onHash(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

/** The panel where CPA itself hosts the file: one page of what CPA alone can tell. Everything else needs the manager. */
export function GatewayApp() {
  const { t } = useI18n();
  const client = useQueryClient();
  const [inside, setInside] = useState(false);
  const [refused, setRefused] = useState(false);
  const at = useSyncExternalStore(onHash, path);
  const page = PAGES.find(({ to }) => to === at);
  const dashboard = at === "/" || at === "/login" || at === "/dashboard";
  const title = dashboard ? t("nav.dashboard") : page ? t(page.label) : t("gate.needsManager");

  useEffect(() => {
    document.title = `${inside ? title : t("login.title")} · ${t("app.name")}`;
  }, [inside, title, t]);

  const main = useRef<HTMLElement>(null);
  const leave = useCallback(() => {
    client.removeQueries({ queryKey: [GATEWAY] });
    client.getMutationCache().clear();
    setInside(false);
  }, [client]);

  useEffect(() => {
    setRefusedHandler(() => {
      setRefused(true);
      leave();
    });
    return () => setRefusedHandler(() => {});
  }, [leave]);

  // The field that had the focus is gone. After signing out, the sign-in takes it.
  useEffect(() => {
    if (inside) main.current?.focus();
  }, [inside]);

  if (!inside) {
    return (
      <GatewayLogin
        refused={refused}
        onDone={() => {
          setRefused(false);
          setInside(true);
        }}
      />
    );
  }
  const signOut = () => {
    forgetDirectKey();
    leave();
  };
  return (
    <>
      {/* The address says what is shown, so this is no link: the focus is moved by hand. */}
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {t("shell.skip")}
      </button>
      <header className={styles.top}>
        <Logo />
        <h1>{title}</h1>
        <span className={styles.host}>{t("hosted.what", { host: gatewayHost() })}</span>
        <span className="grow" />
        <LanguageMenu />
        <ThemeMenu />
        <Button kind="ghost" icon="signOut" onClick={signOut}>
          {t("session.signOut")}
        </Button>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {dashboard ? (
          <GatewayOverview />
        ) : (
          <div className={grid.page}>
            <Panel title={title}>
              <Empty
                title={t("gate.needsManager")}
                actions={
                  <>
                    <a className="link" href="#/">
                      {t("hosted.back")}
                    </a>
                    <ToManager hash={location.hash} base={gatewayBase()} />
                  </>
                }
              >
                {t("gate.needsManagerText")}
              </Empty>
            </Panel>
          </div>
        )}
      </main>
    </>
  );
}
