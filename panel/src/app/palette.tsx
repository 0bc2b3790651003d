import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { type Key, LANGUAGES, useI18n } from "../i18n";
import { Icon } from "../ui/icon";
import { useFacets, useKeyNames } from "./data";
import { useListed } from "./features";
import { useRefreshAll } from "./global-keys";
import { PAGES } from "./navigation";
import styles from "./palette.module.css";
import { facetItems, type GroupName, type Item, isKnownName, looksLikeRequestId, search } from "./palette-items";
import { useSignOut } from "./sign-out";
import { setTheme } from "./theme";

const GROUPS: Record<GroupName, Key> = {
  pages: "palette.pages",
  accounts: "palette.accounts",
  keys: "palette.keys",
  models: "palette.models",
  requests: "palette.requests",
  do: "palette.do",
  text: "palette.requests",
};

function useItems(needle: string, onShortcuts: () => void): Item[] {
  const refreshAll = useRefreshAll();
  const signOut = useSignOut();
  const { t, setLanguage } = useI18n();
  const navigate = useNavigate();
  const listed = useListed();
  const facets = useFacets();
  const aliases = useKeyNames();
  const typed = needle.trim();
  return useMemo(() => {
    const requests = (what: Record<string, string | string[]>) =>
      void navigate({ to: "/requests", search: what as never });
    const pages = PAGES.filter((page) => listed(page.needs)).map(
      (page): Item => ({
        id: page.to,
        group: "pages",
        label: t(page.label),
        icon: page.icon,
        key: `G ${page.key.toUpperCase()}`,
        run: () => void navigate({ to: page.to }),
      }),
    );
    const facetList = facetItems(
      facets.data,
      { alias: (hash) => aliases.get(hash), count: (n) => t("palette.requestCount", { n }) },
      (dimension, value) => requests({ [dimension]: [value], range: "all" }),
    );
    const ids: Item[] =
      looksLikeRequestId(typed) && !isKnownName(facetList, typed)
        ? [
            {
              id: "request",
              group: "requests",
              label: t("palette.requestId", { id: typed }),
              words: typed,
              icon: "activity",
              run: () => requests({ request: [typed], range: "all" }),
            },
          ]
        : [];
    const text: Item[] =
      typed === ""
        ? []
        : [
            {
              id: "text",
              group: "text",
              label: t("palette.text", { text: typed }),
              words: typed,
              icon: "search",
              run: () => requests({ q: typed, range: "all" }),
            },
          ];
    const acts: Item[] = [
      {
        id: "failed",
        group: "do",
        label: t("palette.failed"),
        icon: "info",
        run: () => requests({ status: "failed" }),
      },
      {
        id: "dark",
        group: "do",
        label: t("palette.dark"),
        words: t("theme.label"),
        icon: "moon",
        run: () => setTheme("dark"),
      },
      {
        id: "light",
        group: "do",
        label: t("palette.light"),
        words: t("theme.label"),
        icon: "sun",
        run: () => setTheme("light"),
      },
      {
        id: "auto",
        group: "do",
        label: t("palette.auto"),
        words: t("theme.label"),
        icon: "system",
        run: () => setTheme("auto"),
      },
      ...LANGUAGES.map(
        ({ id, name }): Item => ({
          id: `language ${id}`,
          group: "do",
          label: name,
          words: t("language.label"),
          note: t("language.label"),
          icon: "language",
          run: () => setLanguage(id),
        }),
      ),
      { id: "refresh", group: "do", label: t("refresh.all"), icon: "retry", key: "R", run: () => void refreshAll() },
      { id: "keys", group: "do", label: t("keys.title"), icon: "info", key: "?", run: onShortcuts },
      {
        id: "out",
        group: "do",
        label: t("session.signOut"),
        icon: "signOut",
        run: signOut,
      },
    ];
    const order: GroupName[] =
      typed === ""
        ? ["pages", "accounts", "models", "do"]
        : ["pages", "accounts", "keys", "models", "requests", "do", "text"];
    return search([...pages, ...facetList, ...ids, ...text, ...acts], typed, order);
  }, [t, navigate, listed, facets.data, aliases, typed, setLanguage, onShortcuts, refreshAll, signOut]);
}

/** Go to, find, do: everything by its name. */
export function Palette({ open, onClose, onShortcuts }: { open: boolean; onClose(): void; onShortcuts(): void }) {
  const { t } = useI18n();
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.palette} aria-label={t("palette.label")}>
          {open ? <Finder onClose={onClose} onShortcuts={onShortcuts} /> : null}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ onClose, onShortcuts }: { onClose(): void; onShortcuts(): void }) {
  const { t } = useI18n();
  const id = useId();
  const [needle, setNeedle] = useState("");
  const [at, setAt] = useState(0);
  const items = useItems(needle, onShortcuts);
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(at, items.length - 1);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const run = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const move = (by: number) => setAt(items.length === 0 ? 0 : (current + by + items.length) % items.length);
  return (
    <>
      <div className={styles.query}>
        <Icon name="search" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type into it
          autoFocus
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={items[current] ? `${id}-${current}` : undefined}
          aria-label={t("palette.find")}
          placeholder={t("palette.find")}
          value={needle}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setNeedle(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "ArrowDown") move(1);
            else if (event.key === "ArrowUp") move(-1);
            else if (event.key === "Enter") run(items[current]);
            else return;
            event.preventDefault();
          }}
        />
        <kbd className={styles.kbd}>Esc</kbd>
      </div>
      <div className={styles.list} ref={list} id={`${id}-list`} role="listbox" aria-label={t("palette.label")}>
        {items.map((item, index) => (
          <div key={item.id} role="presentation">
            {item.group === items[index - 1]?.group ? null : (
              <div role="presentation" className={styles.group}>
                {t(GROUPS[item.group])}
              </div>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and moves the choice */}
            <div
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              data-at={index}
              className={styles.item}
              onClick={() => run(item)}
              onPointerMove={() => setAt(index)}
            >
              <Icon name={item.icon} />
              <span className="cut">{item.label}</span>
              <span className="grow" />
              {item.note ? <span className={styles.note}>{item.note}</span> : null}
              {item.key ? <kbd className={`${styles.kbd} not-phone`}>{item.key}</kbd> : null}
            </div>
          </div>
        ))}
      </div>
      {items.length === 0 ? <p className={styles.none}>{t("palette.none")}</p> : null}
    </>
  );
}
