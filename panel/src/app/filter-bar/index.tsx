import { type ReactNode, useState } from "react";
import { useI18n } from "../../i18n";
import { BELOW_DESKTOP, NARROW, PHONE, useMedia } from "../../lib/media";
import { changed, chipsOf, countFilters, type Dimension, type ViewSearch, withoutFilters } from "../../lib/view";
import { Button } from "../../ui/button";
import { Sheet } from "../../ui/dialog";
import { AddFilter, Chip, FilterMenu, SingleChips } from "./chips";
import styles from "./filter-bar.module.css";
import { OwnAdd, OwnChip, type OwnFilter, OwnValues } from "./own-filter";
import { ComparePicker, type RangeChange, RangePicker } from "./range-picker";
import { SearchBox, useFilterKey } from "./search-box";
import { ViewsMenu } from "./views-menu";
import { ZoneList, ZonePicker } from "./zone-picker";

/** What every page can be narrowed by. */
const USUAL: readonly Dimension[] = [
  "model",
  "provider",
  "account",
  "key",
  "code",
  "error",
  "file",
  "endpoint",
  "project",
];

export interface FilterBarProps {
  /** The page's path; saved views belong to it. */
  page: string;
  search: ViewSearch;
  /** A new state of the address. `replace`: it is no step of its own for the back button. */
  onChange(next: ViewSearch, replace?: boolean): void;
  /** Opens a saved view of this page. */
  onOpen(search: string): void;
  dimensions?: readonly Dimension[];
  compare?: boolean;
  /** No chips and no text: the page has only a time range. */
  rangeOnly?: boolean;
  /** In place of the chips of requests: the page is about something else. */
  own?: OwnFilter;
  /** What the text is looked for in. */
  searchLabel?: string;
  /** The text stands in the bar only where there is room for it: the page is about sums first. */
  textIfRoom?: boolean;
  /** The page's own control, for example "Live". */
  extra?: ReactNode;
}

/** The one bar of filters, the same on every page. On a phone: range, filters in a sheet, the page's own control. */
export function FilterBar(props: FilterBarProps) {
  const { t } = useI18n();
  const { search, onChange, rangeOnly = false, textIfRoom = false, dimensions = USUAL, compare = false, extra } = props;
  const { own, searchLabel } = props;
  const phone = useMedia(PHONE);
  const narrow = useMedia(NARROW);
  const tight = useMedia(BELOW_DESKTOP);
  const setRange = (change: RangeChange) => onChange(changed(search, change));
  useFilterKey();
  const count = countFilters(search) + chosenOf(own);
  const clear = () => {
    const rest = withoutFilters(search);
    onChange(own ? changed(rest, { [own.name]: undefined } as Partial<ViewSearch>) : rest);
  };
  if (phone) return <PhoneBar {...props} dimensions={dimensions} onRange={setRange} onClear={clear} />;
  return (
    <search className={styles.bar} aria-label={t("filter.label")}>
      <RangePicker search={search} onChange={setRange} />
      {compare && !narrow ? <ComparePicker search={search} onChange={setRange} /> : null}
      {rangeOnly ? null : (
        <>
          {own ? (
            <>
              <OwnChip {...own} />
              <OwnAdd {...own} />
            </>
          ) : (
            <>
              {chipsOf(search).map((name) => (
                <Chip key={name} name={name} search={search} onChange={onChange} />
              ))}
              <SingleChips search={search} onChange={onChange} />
              <AddFilter search={search} onChange={onChange} dimensions={dimensions} />
            </>
          )}
          {count > 1 ? (
            <Button kind="ghost" onClick={clear}>
              {t("filter.clear")}
            </Button>
          ) : null}
        </>
      )}
      <span className="grow" />
      {rangeOnly || (textIfRoom && tight && !search.q) ? null : (
        <ViewText search={search} onChange={onChange} label={searchLabel} />
      )}
      {extra}
      <ViewsMenu page={props.page} search={search} onOpen={props.onOpen} />
      <ZonePicker />
    </search>
  );
}

function chosenOf(own: OwnFilter | undefined): number {
  return own && own.chosen.length > 0 ? 1 : 0;
}

function PhoneBar({
  page,
  search,
  onChange,
  onOpen,
  rangeOnly = false,
  own,
  searchLabel,
  dimensions,
  compare = false,
  extra,
  onRange,
  onClear,
}: FilterBarProps & { dimensions: readonly Dimension[]; onRange(change: RangeChange): void; onClear(): void }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const count = countFilters(search) + chosenOf(own);
  return (
    <search className={styles.bar} aria-label={t("filter.label")}>
      <RangePicker search={search} onChange={onRange} />
      <Button kind="ghost" icon="filter" onClick={() => setOpen(true)}>
        {t("filter.open")}
        {count > 0 ? ` · ${count}` : ""}
      </Button>
      <span className="grow" />
      {extra}
      <Sheet
        open={open}
        onClose={() => setOpen(false)}
        title={t("filter.label")}
        closeLabel={t("action.close")}
        footer={
          <>
            <Button kind="ghost" onClick={onClear} disabled={count === 0}>
              {t("filter.clear")}
            </Button>
            <Button kind="primary" onClick={() => setOpen(false)}>
              {t("filter.show")}
            </Button>
          </>
        }
      >
        {open ? (
          <>
            {rangeOnly ? null : (
              <>
                <div className={styles.sheetSection}>
                  <ViewText search={search} onChange={onChange} label={searchLabel} />
                </div>
                {count > 0 && !own ? (
                  <div className={`${styles.sheetSection} row`}>
                    {chipsOf(search).map((name) => (
                      <Chip key={name} name={name} search={search} onChange={onChange} />
                    ))}
                    <SingleChips search={search} onChange={onChange} />
                  </div>
                ) : null}
                <div className={styles.sheetSection}>
                  {own ? (
                    <OwnValues {...own} />
                  ) : (
                    <FilterMenu search={search} onChange={onChange} dimensions={dimensions} />
                  )}
                </div>
              </>
            )}
            <div className={`${styles.sheetSection} row`}>
              {compare ? <ComparePicker search={search} onChange={onRange} /> : null}
              <ViewsMenu page={page} search={search} onOpen={onOpen} />
            </div>
            <details className={styles.sheetSection}>
              <summary className={styles.option}>{t("zone.label")}</summary>
              <ZoneList />
            </details>
          </>
        ) : null}
      </Sheet>
    </search>
  );
}

/** The text of a view. */
function ViewText({
  search,
  onChange,
  label,
}: Pick<FilterBarProps, "search" | "onChange"> & { label?: string | undefined }) {
  const { t } = useI18n();
  return (
    <SearchBox
      text={search.q}
      onText={(q) => onChange(changed(search, { q }), true)}
      label={label ?? t("filter.search")}
    />
  );
}
