import { useState } from "react";
import { asApiError } from "../../api/errors";
import { useI18n } from "../../i18n";
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
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const { views, save, remove } = useSavedViews();
  const address = stringifySearch({ ...search }).replace(/^\?/, "");
  const mine = (views.data ?? []).filter((view) => view.page === page);
  const current = mine.find((view) => view.search === address);
  const attempt = async (act: Promise<unknown>, done: string) => {
    try {
      await act;
      toast.show({ state: "ok", title: done });
    } catch (error) {
      toast.show({ state: "bad", title: t("views.failed"), text: asApiError(error).message });
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
              onClick={() => void attempt(remove(view.id), t("views.removed", { name: view.name }))}
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
          void attempt(save({ name: wanted, page, search: address }), t("views.saved", { name: wanted }));
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
