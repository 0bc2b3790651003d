import { useState } from "react";
import { useI18n } from "../../i18n";
import { readSetting, writeSetting } from "../../lib/storage";
import { buttonClass, Segmented } from "../button";
import { Icon } from "../icon";
import { Menu, MenuLink, Popover } from "../menu";
import { type Column, shownColumns, toggleColumn } from "./columns";
import type { Density } from "./table";
import styles from "./table.module.css";

/** Row height of a table, kept in this browser. */
export function useDensity(table: string, usual: Density): [Density, (next: Density) => void] {
  const [density, setDensity] = useState<Density>(() => {
    const stored = readSetting(`density.${table}`);
    return stored === "compact" || stored === "normal" || stored === "tall" ? stored : usual;
  });
  return [
    density,
    (next) => {
      writeSetting(`density.${table}`, next);
      setDensity(next);
    },
  ];
}

/** Which columns are shown, and how high rows are. */
export function ColumnMenu<Row>({
  columns,
  chosen,
  onChosen,
  density,
  onDensity,
}: {
  columns: readonly Column<Row>[];
  chosen: readonly string[] | undefined;
  onChosen(chosen: string[] | undefined): void;
  density?: Density;
  onDensity?(density: Density): void;
}) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const shown = new Set(shownColumns(columns, chosen).map((column) => column.id));
  return (
    <Popover
      label={t("table.columns")}
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={`${buttonClass("ghost", true)} not-phone`}>
          <Icon name="columns" small />
          {t("table.columns")}
        </button>
      }
    >
      {columns.map((column) => (
        <label key={column.id} className={styles.choice}>
          <input
            type="checkbox"
            checked={shown.has(column.id)}
            disabled={column.fixed}
            onChange={() => onChosen(toggleColumn(columns, chosen, column.id))}
          />
          {column.label}
        </label>
      ))}
      {chosen ? (
        <button type="button" className={styles.choice} onClick={() => onChosen(undefined)}>
          {t("table.columnsUsual")}
        </button>
      ) : null}
      {density && onDensity ? (
        <div className={styles.density}>
          <span>{t("table.density")}</span>
          <Segmented
            label={t("table.density")}
            value={density === "tall" ? "normal" : density}
            options={[
              { value: "compact", label: t("table.compact") },
              { value: "normal", label: t("table.normal") },
            ]}
            onChange={onDensity}
          />
        </div>
      ) : null}
    </Popover>
  );
}

/** Downloads of the view. The links carry the whole view; nothing is put together in the browser. */
export function ExportMenu({ csv, jsonl, id }: { csv?: string; jsonl?: string; id?: string }) {
  const { t } = useI18n();
  return (
    <Menu
      trigger={
        <button type="button" id={id} className={buttonClass("ghost", true)}>
          <Icon name="download" small />
          {t("table.export")}
        </button>
      }
    >
      {csv ? <MenuLink href={csv}>{t("table.exportCsv")}</MenuLink> : null}
      {jsonl ? <MenuLink href={jsonl}>{t("table.exportJsonl")}</MenuLink> : null}
    </Menu>
  );
}
