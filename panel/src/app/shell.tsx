import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { statusQuery } from "../api/queries";
import { TRANSPORTS, useCollection } from "../features/collector/state";
import { type Key, useI18n } from "../i18n";
import { BELOW_DESKTOP, PHONE, useMedia } from "../lib/media";
import { IconButton } from "../ui/button";
import { Icon, type IconName, Logo } from "../ui/icon";
import { StatusMark } from "../ui/status";
import { Tooltip } from "../ui/tooltip";
import { LiveProvider } from "./live";
import { LanguageMenu, MoreMenu, ThemeMenu } from "./preferences";
import { signOut } from "./session";
import styles from "./shell.module.css";

interface Entry {
  to: "/requests" | "/collector";
  icon: IconName;
  label: Key;
}

/** Groups of the whole panel; only what exists is listed. */
const NAVIGATION: readonly { label: Key; entries: readonly Entry[] }[] = [
  { label: "nav.observe", entries: [{ to: "/requests", icon: "activity", label: "nav.monitoring" }] },
  { label: "nav.manage", entries: [{ to: "/collector", icon: "info", label: "nav.system" }] },
];

interface Slots {
  title: string;
  setTitle(title: string): void;
  bar: HTMLElement | null;
}

const SlotsContext = createContext<Slots | null>(null);

/** Puts a page under the shell's header: its title, and the one bar of filters under it. */
export function Page({ title, bar, children }: { title: string; bar?: ReactNode; children: ReactNode }) {
  const slots = use(SlotsContext);
  const { t } = useI18n();
  const setTitle = slots?.setTitle;
  useEffect(() => {
    setTitle?.(title);
    document.title = `${title} · ${t("app.name")}`;
  }, [title, setTitle, t]);
  return (
    <>
      {bar && slots?.bar ? createPortal(bar, slots.bar) : null}
      {children}
    </>
  );
}

export function Shell() {
  return (
    <LiveProvider>
      <Frame />
    </LiveProvider>
  );
}

function Frame() {
  const { t } = useI18n();
  const phone = useMedia(PHONE);
  const [title, setTitle] = useState("");
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const slots = useMemo(() => ({ title, setTitle, bar }), [title, bar]);
  return (
    <SlotsContext value={slots}>
      <button type="button" className={styles.skip} onClick={skipToMain}>
        {t("shell.skip")}
      </button>
      <div className={styles.shell}>
        {phone ? null : <Sidebar />}
        <div className={styles.main}>
          <header className={styles.top} ref={measureTop}>
            <div className={styles.bar1}>
              <h1>{title}</h1>
              <span className="grow" />
              <CollectionPill />
              {phone ? null : <HeaderTools />}
            </div>
            <div ref={setBar} className={styles.slot} />
          </header>
          <main id="main" tabIndex={-1} className={styles.content}>
            <Outlet />
          </main>
        </div>
        {phone ? <TabBar /> : null}
      </div>
    </SlotsContext>
  );
}

/** The height of the sticky header stands in `--top`: the bar of filters may wrap, and table heads stick below it. */
function measureTop(header: HTMLElement | null): (() => void) | undefined {
  if (!header) return undefined;
  const observer = new ResizeObserver(() => {
    document.documentElement.style.setProperty("--top", `${header.offsetHeight}px`);
  });
  observer.observe(header);
  return () => observer.disconnect();
}

/** The address belongs to the router, so this is no link: the focus is moved by hand. */
function skipToMain() {
  document.getElementById("main")?.focus();
}

function HeaderTools() {
  const { t } = useI18n();
  const narrow = useMedia("(max-width: 1023px)");
  if (narrow) return <MoreMenu trigger={<IconButton icon="more" label={t("shell.more")} />} />;
  return (
    <div className={styles.tools}>
      <ThemeMenu />
      <LanguageMenu />
      <IconButton icon="signOut" label={t("session.signOut")} onClick={() => void signOut()} />
    </div>
  );
}

/** How far the stored requests are complete; on every page. */
function CollectionPill() {
  const { t } = useI18n();
  const collection = useCollection();
  const phone = useMedia(PHONE);
  return (
    <Link to="/collector" className={styles.pill} title={t("collection.open")}>
      <StatusMark state={collection.state} />
      <span>{phone ? collection.short : collection.text}</span>
      {collection.note && !phone ? <span className={`dim ${styles.note}`}>· {collection.note}</span> : null}
    </Link>
  );
}

function Sidebar() {
  const { t } = useI18n();
  const rail = useMedia(BELOW_DESKTOP);
  return (
    <aside className={styles.side} aria-label={t("shell.side")}>
      <div className={styles.brand}>
        <Logo />
        <span className={styles.label}>{t("app.name")}</span>
      </div>
      <nav aria-label={t("shell.navigation")}>
        {NAVIGATION.map((group) => (
          <div key={group.label} className={styles.group}>
            <h2>{t(group.label)}</h2>
            <ul>
              {group.entries.map((entry) => (
                <li key={entry.to}>
                  <NavLink entry={entry} rail={rail} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      {rail ? null : <Foot />}
    </aside>
  );
}

function NavLink({ entry, rail }: { entry: Entry; rail: boolean }) {
  const { t } = useI18n();
  const link = (
    <Link
      to={entry.to}
      className={styles.nav}
      activeProps={{ "aria-current": "page" }}
      aria-label={rail ? t(entry.label) : undefined}
    >
      <Icon name={entry.icon} />
      <span className={styles.label}>{t(entry.label)}</span>
    </Link>
  );
  return rail ? <Tooltip text={t(entry.label)}>{link}</Tooltip> : link;
}

function Foot() {
  const { t } = useI18n();
  const { data } = useQuery(statusQuery);
  const collection = useCollection();
  const transport = TRANSPORTS[data?.collector.transport ?? ""];
  return (
    <dl className={styles.foot}>
      <div>
        <dt>
          <StatusMark state={data?.collector.gateway ? "ok" : "unknown"} />
          {t("foot.gateway")}
        </dt>
        <dd>{data?.collector.gateway?.version ?? t("value.unknown")}</dd>
      </div>
      <div>
        <dt>
          <StatusMark state={collection.state} />
          {t("foot.collector")}
        </dt>
        <dd>{t(transport ?? "foot.noTransport")}</dd>
      </div>
      <div>
        <dt>{t("foot.manager")}</dt>
        <dd>{data?.version ?? t("value.unknown")}</dd>
      </div>
    </dl>
  );
}

function TabBar() {
  const { t } = useI18n();
  return (
    <nav className={styles.tabbar} aria-label={t("shell.navigation")}>
      {NAVIGATION.flatMap((group) => group.entries).map((entry) => (
        <Link key={entry.to} to={entry.to} activeProps={{ "aria-current": "page" }}>
          <Icon name={entry.icon} />
          {t(entry.label)}
        </Link>
      ))}
      <MoreMenu
        trigger={
          <button type="button">
            <Icon name="more" />
            {t("shell.more")}
          </button>
        }
      />
    </nav>
  );
}
