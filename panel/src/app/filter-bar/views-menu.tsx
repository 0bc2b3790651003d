import { useState } from "react";
import { analytics } from "../../api/analytics";
import type { SavedView } from "../../api/analytics-types";
import { useI18n } from "../../i18n";
import { useFailureText } from "../../i18n/failure";
import { stringifySearch } from "../../lib/search";
import type { ViewSearch } from "../../lib/view";
import { Button, buttonClass, IconButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Popover } from "../../ui/menu";
import { useToast } from "../../ui/toast";
import { useSavedViews } from "../data";
import styles from "./filter-bar.module.css";

/** Views of this page under a name. Nothing is shown where the manager cannot keep them. */
export function ViewsMenu({
  page,
  search,
  onOpen,
}: {
  /** The path of the page. */
  page: string;
  search: ViewSearch;
  /** Goes to an address, with or without parameters. */
  onOpen(search: string): void;
}) {
  const { t } = useI18n();
  const toast = useToast();
  const failureText = useFailureText();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const { views, save, remove } = useSavedViews();
  const address = stringifySearch({ ...search }).replace(/^\?/, "");
  const mine = (views.data ?? []).filter((view) => view.page === page);
  const current = mine.find((view) => view.search === address);
  const aboutView = (view: string) => `view ${page} ${view}`;
  /** Puts a view back as it was, unless somebody has stored another one under its name since. `left`: what the act has left. */
  const putBack = async (view: SavedView, left: string | undefined) => {
    const about = aboutView(view.name);
    try {
      const now = (await analytics.views()).items.find((each) => each.page === page && each.name === view.name);
      if (now?.search !== left) {
        toast.show({ state: "warn", title: t("views.changedSince", { name: view.name }), about });
        return;
      }
      await save({ name: view.name, page, search: view.search });
      toast.show({ state: "ok", title: t("views.putBack", { name: view.name }), about });
    } catch (error) {
      toast.show({ state: "bad", title: t("views.failed"), text: failureText(error) });
      // It stays on offer.
      throw error;
    }
  };
  const attempt = async (
    act: Promise<unknown>,
    {
      name,
      done,
      failed,
      before,
      left,
    }: Record<"name" | "done" | "failed", string> & {
      /** The view that is no more as it was. */
      before: SavedView | undefined;
      left: string | undefined;
    },
  ) => {
    try {
      await act;
      const undo = before && { action: { label: t("price.undo"), run: () => putBack(before, left) } };
      toast.show({ state: "ok", title: done, about: aboutView(name), ...undo });
    } catch (error) {
      toast.show({ state: "bad", title: failed, text: failureText(error) });
    }
  };
  if (views.data === null || views.data === undefined) return null;
  return (
    <Popover
      label={t("views.label")}
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={buttonClass("ghost")} title={t("views.label")}>
          <Icon name="bookmark" small />
          <span className="wide-only">{current?.name ?? t("views.label")}</span>
          <Icon name="chevronDown" small />
        </button>
      }
    >
      {mine.length === 0 ? <p className={styles.menuNote}>{t("views.none")}</p> : null}
      <ul>
        {mine.map((view) => (
          <li key={view.id} className={styles.viewRow}>
            <button
              type="button"
              className={styles.option}
              aria-current={view.search === address}
              onClick={() => {
                setOpen(false);
                onOpen(view.search);
              }}
            >
              <span className="cut">{view.name}</span>
            </button>
            <IconButton
              icon="trash"
              label={t("views.remove", { name: view.name })}
              onClick={() =>
                void attempt(remove(view.id), {
                  name: view.name,
                  done: t("views.removed", { name: view.name }),
                  failed: t("views.notRemoved"),
                  before: view,
                  left: undefined,
                })
              }
            />
          </li>
        ))}
      </ul>
      <form
        className={styles.inlineForm}
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = name.trim();
          if (wanted === "") return;
          setName("");
          void attempt(save({ name: wanted, page, search: address }), {
            name: wanted,
            done: t("views.saved", { name: wanted }),
            failed: t("views.failed"),
            before: mine.find((view) => view.name === wanted && view.search !== address),
            left: address,
          });
        }}
      >
        <TextField
          label={t("views.name")}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={name.trim() === ""}>
          {t("views.save")}
        </Button>
      </form>
    </Popover>
  );
}
