import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import { statusQuery } from "../api/queries";
import { gatewayState, TRANSPORTS, useCollection } from "../features/collector/state";
import { useI18n } from "../i18n";
import { BELOW_DESKTOP, NARROW, PHONE, useMedia } from "../lib/media";
import { readSetting, writeSetting } from "../lib/storage";
import { IconButton } from "../ui/button";
import { Icon, Logo } from "../ui/icon";
import { StatusMark } from "../ui/status";
import { Tooltip } from "../ui/tooltip";
import { Bell } from "./bell";
import { useUpdateNotice } from "./data";
import { useListed } from "./features";
import { useGlobalKeys } from "./global-keys";
import { LiveProvider, useLiveState } from "./live";
import { NAVIGATION, PAGES, type Page as Target } from "./navigation";
import { Palette } from "./palette";
import paletteStyles from "./palette.module.css";
import { LanguageMenu, MoreMenu, ThemeMenu } from "./preferences";
import { useCollectorRate } from "./rate";
import styles from "./shell.module.css";
import { modifier, ShortcutSheet } from "./shortcut-sheet";
import { useStoredPreferences } from "./stored-preferences";

interface Slots {
  title: string;
  setTitle(title: string): void;
  bar: HTMLElement | null;
}

const SlotsContext = createContext<Slots | null>(null);

/** Puts a page under the shell's header: its title, the one bar of filters under it, and its tabs under that. */
export function Page({
  title,
  bar,
  tabs,
  children,
}: {
  title: string;
  bar?: ReactNode;
  tabs?: ReactNode;
  children: ReactNode;
}) {
  const slots = use(SlotsContext);
  const { t } = useI18n();
  const setTitle = slots?.setTitle;
  useEffect(() => {
    setTitle?.(title);
    document.title = `${title} · ${t("app.name")}`;
  }, [title, setTitle, t]);
  return (
    <>
      {slots?.bar && (bar || tabs)
        ? createPortal(
            <>
              {bar}
              {tabs}
            </>,
            slots.bar,
          )
        : null}
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
  useStoredPreferences();
  const { t } = useI18n();
  const phone = useMedia(PHONE);
  const [title, setTitle] = useState("");
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const slots = useMemo(() => ({ title, setTitle, bar }), [title, bar]);
  const small = useMedia(BELOW_DESKTOP);
  const [narrow, setNarrow] = useState(() => readSetting("sidebar") === "narrow");
  const rail = small || narrow;
  const { palette, setPalette, sheet, setSheet } = useGlobalKeys();
  const showKeys = useCallback(() => setSheet(true), [setSheet]);
  return (
    <SlotsContext value={slots}>
      <button type="button" className="skip" onClick={skipToMain}>
        {t("shell.skip")}
      </button>
      <div className={`${styles.shell} ${rail && !phone ? styles.rail : ""}`}>
        {phone ? null : (
          <Sidebar
            rail={rail}
            onRail={
              small
                ? undefined
                : () => {
                    setNarrow(!narrow);
                    writeSetting("sidebar", narrow ? "wide" : "narrow");
                  }
            }
          />
        )}
        <div className={styles.main}>
          <header className={styles.top} ref={measureTop}>
            <div className={styles.bar1}>
              <h1>{title}</h1>
              <span className="grow" />
              <CollectionPill />
              <FinderButton onOpen={() => setPalette(true)} />
              <Bell />
              {phone ? null : <HeaderTools onShortcuts={showKeys} />}
            </div>
            <div ref={setBar} className={styles.slot} />
          </header>
          <main id="main" tabIndex={-1} className={styles.content}>
            <Outlet />
          </main>
        </div>
        {phone ? <TabBar onShortcuts={showKeys} /> : null}
      </div>
      <Palette open={palette} onClose={() => setPalette(false)} onShortcuts={showKeys} />
      <ShortcutSheet open={sheet} onClose={() => setSheet(false)} />
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

function FinderButton({ onOpen }: { onOpen(): void }) {
  const { t } = useI18n();
  const narrow = useMedia(NARROW);
  if (narrow)
    return <IconButton icon="search" label={t("shell.find")} aria-keyshortcuts="Control+K" onClick={onOpen} />;
  return (
    <button type="button" className={styles.find} aria-keyshortcuts="Control+K Meta+K" onClick={onOpen}>
      <Icon name="search" />
      {t("shell.find")}
      <kbd className={paletteStyles.kbd}>{modifier()}K</kbd>
    </button>
  );
}

function HeaderTools({ onShortcuts }: { onShortcuts(): void }) {
  const { t } = useI18n();
  const narrow = useMedia(NARROW);
  const menu = <MoreMenu onShortcuts={onShortcuts} trigger={<IconButton icon="more" label={t("shell.more")} />} />;
  if (narrow) return menu;
  return (
    <div className={styles.tools}>
      <ThemeMenu />
      <LanguageMenu />
      <MoreMenu short onShortcuts={onShortcuts} trigger={<IconButton icon="more" label={t("shell.more")} />} />
    </div>
  );
}

/** How far the stored requests are complete; on every page. */
function CollectionPill() {
  const { t } = useI18n();
  const collection = useCollection();
  const phone = useMedia(PHONE);
  return (
    <Link to="/system" className={styles.pill} title={t("collection.open")}>
      <StatusMark state={collection.state} />
      <span>{phone ? collection.short : collection.text}</span>
      {collection.note && !phone ? <span className={`dim ${styles.note}`}>· {collection.note}</span> : null}
    </Link>
  );
}

/** `onRail`: where there is room for both, a person chooses. */
function Sidebar({ rail, onRail }: { rail: boolean; onRail: (() => void) | undefined }) {
  const { t } = useI18n();
  const listed = useListed();
  const groups = NAVIGATION.map((group) => ({
    ...group,
    pages: group.pages.filter((page) => listed(page.needs)),
  })).filter((group) => group.pages.length > 0);
  return (
    <aside className={styles.side} aria-label={t("shell.side")}>
      <div className={styles.brand}>
        <Logo />
        <span className={styles.label}>{t("app.name")}</span>
      </div>
      <nav aria-label={t("shell.navigation")}>
        {groups.map((group) => (
          <div key={group.label} className={styles.group}>
            <h2>{t(group.label)}</h2>
            <ul>
              {group.pages.map((page) => (
                <li key={page.to}>
                  <NavLink page={page} rail={rail} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      {rail ? <span className="grow" /> : <Foot />}
      {onRail ? (
        <IconButton
          icon={rail ? "right" : "left"}
          label={t(rail ? "shell.expand" : "shell.collapse")}
          aria-expanded={!rail}
          onClick={onRail}
        />
      ) : null}
    </aside>
  );
}

function NavLink({ page, rail }: { page: Target; rail: boolean }) {
  const { t } = useI18n();
  const link = (
    <Link
      to={page.to}
      className={styles.nav}
      activeProps={{ "aria-current": "page" }}
      activeOptions={{ exact: page.to === "/", includeSearch: false }}
      aria-label={rail ? t(page.label) : undefined}
    >
      <Icon name={page.icon} />
      <span className={styles.label}>{t(page.label)}</span>
    </Link>
  );
  return rail ? <Tooltip text={t(page.label)}>{link}</Tooltip> : link;
}

function Foot() {
  const { t, format } = useI18n();
  const { data } = useQuery(statusQuery);
  const live = useLiveState();
  const collection = useCollection();
  const rate = useCollectorRate();
  const update = useUpdateNotice();
  const transport = t(TRANSPORTS[data?.collector.transport ?? ""] ?? "foot.noTransport");
  return (
    <dl className={styles.foot}>
      <div>
        <dt>
          <StatusMark state={gatewayState(data?.collector, live)} />
          {t("foot.gateway")}
        </dt>
        <dd>{data?.collector.gateway?.version ?? t("value.unknown")}</dd>
      </div>
      <div>
        <dt>
          <StatusMark state={collection.state} />
          {t("foot.collector")}
        </dt>
        <dd title={transport}>{rate === undefined ? transport : t("shell.rate", { rate: format.rate(rate) })}</dd>
      </div>
      <div>
        <dt>{t("foot.manager")}</dt>
        <dd>{data?.version ?? t("value.unknown")}</dd>
      </div>
      {update?.state === "available" && update.latest ? (
        <div title={t("update.note")}>
          <dt className="link">{t("update.available", { version: update.latest })}</dt>
          <dd>
            {update.href?.startsWith("https://") ? (
              <a className="link" href={update.href} target="_blank" rel="noreferrer">
                {new URL(update.href).hostname}
              </a>
            ) : null}
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

function TabBar({ onShortcuts }: { onShortcuts(): void }) {
  const { t } = useI18n();
  const listed = useListed();
  return (
    <nav className={styles.tabbar} aria-label={t("shell.navigation")}>
      {PAGES.filter((page) => page.phone && listed(page.needs)).map((page) => (
        <Link
          key={page.to}
          to={page.to}
          activeProps={{ "aria-current": "page" }}
          activeOptions={{ exact: page.to === "/", includeSearch: false }}
        >
          <Icon name={page.icon} />
          {t(page.label)}
        </Link>
      ))}
      <MoreMenu
        onShortcuts={onShortcuts}
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
