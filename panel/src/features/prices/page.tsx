import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { asApiError } from "../../api/errors";
import type { UnpricedModel } from "../../api/price-types";
import { prices } from "../../api/prices";
import { queryClient } from "../../api/queries";
import { SearchBox, useFilterKey } from "../../app/filter-bar/search-box";
import { Page } from "../../app/shell";
import { useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { PHONE, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import type { RangeSearch } from "../../lib/range";
import { text } from "../../lib/search";
import type { FilterSearch } from "../../lib/view";
import { Banner } from "../../ui/banner";
import { Button, buttonClass, Segmented } from "../../ui/button";
import { SelectField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Badge, Status } from "../../ui/status";
import { type Column, DataTable, readSort, type Sort, writeSort } from "../../ui/table";
import { Unknown } from "../../ui/tooltip";
import { Failed } from "../collector/failed";
import { LockMark, OriginChip } from "./chips";
import { type Rate, rateOf } from "./draft";
import { countsOf, namesToSync, type PriceBook, type PriceRow, rowsOf, SHOWN, type Shown } from "./list";
import styles from "./prices.module.css";
import { bookKey, bookQuery } from "./query";
import { formatRate } from "./rate-text";
import { RATE_NAMES } from "./rates";
import { SyncResult } from "./sync";

const SORTS = ["model", "calls", "prompt", "completion"] as const;
const LONGEST_TEXT = 200;
const USUAL: Sort = { by: "calls", descending: true };

export interface PriceSearch {
  show?: Shown;
  q?: string;
  sort?: string;
}

export function validatePriceSearch(search: Record<string, unknown>): PriceSearch {
  const found: PriceSearch = {};
  const show = SHOWN.find((name) => name === search.show);
  if (show && show !== "all") found.show = show;
  const q = text(search.q, LONGEST_TEXT);
  if (q) found.q = q;
  const sort = text(search.sort, 40);
  if (sort && SORTS.some((name) => name === sort.replace(/^-/, ""))) found.sort = sort;
  return found;
}

/** What each model costs, and first of all the models that nobody has priced. */
export function PricesPage() {
  const { t, language } = useI18n();
  const book = useQuery(bookQuery);
  const sync = useMutation({
    mutationFn: (names: string[]) => prices.sync(names, false),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: bookKey }),
  });
  const failure = sync.error ? asApiError(sync.error) : null;
  const words = failure
    ? refusalWords(language, { code: failure.code, text: failure.message, hint: failure.hint })
    : null;
  return (
    <Page title={t("nav.prices")}>
      <div className={styles.page}>
        {failure && words ? (
          <Banner state="bad" title={t("sync.failed")} alert>
            {sentences(failure.unreachable ? t("error.noAnswer") : words.text, words.hint)}
          </Banner>
        ) : null}
        {sync.data ? <SyncResult answer={sync.data} onClose={() => sync.reset()} /> : null}
        {book.data ? (
          <>
            {book.data.unpriced.length > 0 ? <UnpricedPanel book={book.data} /> : null}
            <List
              book={book.data}
              syncing={sync.isPending}
              onSync={() => book.data && sync.mutate(namesToSync(book.data))}
            />
          </>
        ) : (
          <Panel title={t("nav.prices")}>
            {book.isError ? (
              <Failed error={book.error} what={t("prices.unreadable")} onRetry={() => void book.refetch()} />
            ) : (
              <Skeleton label={t("prices.reading")} />
            )}
          </Panel>
        )}
      </div>
    </Page>
  );
}

/** The requests of a name without a price: what was asked for, and where the provider was asked for another one, that too. */
export function requestsOf({ model, requested_model }: UnpricedModel): RangeSearch & FilterSearch {
  const asked: RangeSearch & FilterSearch = { range: "all", model: [requested_model] };
  return model === requested_model ? asked : { ...asked, any_model: [model] };
}

/** Models of stored requests that no price fits: every total with them in it is a lower bound. */
function UnpricedPanel({ book }: { book: PriceBook }) {
  const items = book.unpriced;
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const columns: Column<UnpricedModel>[] = [
    {
      id: "model",
      label: t("field.model"),
      share: 40,
      fixed: true,
      cell: (row) => <code>{row.model}</code>,
    },
    { id: "calls", label: t("prices.calls"), width: 96, numeric: true, cell: (row) => format.count(row.calls) },
    {
      id: "asked",
      label: t("field.requestedModel"),
      share: 26,
      priority: 2,
      cell: (row) =>
        row.requested_model === row.model ? (
          <span className="dim">{t("prices.same")}</span>
        ) : (
          <code>{row.requested_model}</code>
        ),
    },
    {
      id: "seen",
      label: t("prices.lastSeen"),
      width: 120,
      numeric: true,
      cell: (row) => format.ago(row.last_ms, now),
    },
    {
      id: "do",
      label: t("prices.action"),
      width: 190,
      numeric: true,
      cell: (row) => (
        <span className={styles.acts}>
          <Link className="link" to="/requests" search={requestsOf(row)}>
            {t("prices.requests")}
            <span className="sr">: {row.model}</span>
          </Link>
          <Link className="link" to="/prices/edit" search={{ model: row.model }}>
            {t("prices.setPrice")}
            <span className="sr">: {row.model}</span>
          </Link>
        </span>
      ),
    },
  ];
  return (
    <Panel
      title={t("prices.unpriced")}
      note={
        <Badge state="warn">
          {t("prices.unpricedNote", { n: items.length, calls: format.count(book.unpricedCalls) })}
        </Badge>
      }
      actions={
        book.unpricedSampled === null ? null : (
          <span className="dim">{t("prices.sampled", { n: book.unpricedSampled })}</span>
        )
      }
      flush
    >
      <DataTable
        id="unpriced"
        caption={t("prices.unpriced")}
        columns={columns}
        rows={items}
        rowKey={(row) => `${row.model} ${row.requested_model}`}
        card={(row) => ({
          title: <code>{row.model}</code>,
          value: <span className="num">{t("effect.calls", { n: row.calls })}</span>,
          lines: [
            t("prices.seenLine", { time: format.ago(row.last_ms, now) }),
            <span key="acts" className={styles.acts}>
              <Link className={buttonClass("plain", true)} to="/prices/edit" search={{ model: row.model }}>
                {t("prices.setPrice")}
                <span className="sr">: {row.model}</span>
              </Link>
            </span>,
          ],
        })}
      />
    </Panel>
  );
}

function List({ book, syncing, onSync }: { book: PriceBook; syncing: boolean; onSync(): void }) {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/prices" });
  const navigate = useNavigate();
  const now = useNow(60_000);
  const phone = useMedia(PHONE);
  const shown = search.show ?? "all";
  useFilterKey();
  const set = (change: { [Name in keyof PriceSearch]?: PriceSearch[Name] | undefined }) => {
    const next: Record<string, unknown> = { ...search, ...change };
    void navigate({ to: "/prices", search: validatePriceSearch(next), replace: true, resetScroll: false });
  };
  const sort = readSort(search.sort, USUAL);
  const counts = countsOf(book);
  const rows = sorted(rowsOf(book, shown, search.q ?? "", now), sort);
  const columns = usePriceColumns(book);
  const names: Record<Shown, string> = {
    all: t("prices.all"),
    used: t("prices.used"),
    manual: t("prices.manual"),
    synced: t("prices.synced"),
    bundled: t("prices.bundled"),
  };
  return (
    <Panel
      title={t("nav.prices")}
      note={
        book.bundled.enabled
          ? t("prices.bundledNote", { date: book.bundled.date, package: book.bundled.package, n: book.bundled.models })
          : undefined
      }
      actions={
        <>
          <Button small icon="retry" disabled={syncing} onClick={onSync}>
            {syncing ? t("sync.running") : t("sync.start")}
          </Button>
          <Link to="/prices/edit" className={buttonClass("plain", true)}>
            <Icon name="plus" small />
            {t("prices.add")}
          </Link>
        </>
      }
      flush
    >
      <div className={styles.tools}>
        {phone ? (
          <div className={styles.choose}>
            <SelectField
              label={t("prices.show")}
              value={shown}
              options={SHOWN.map((name) => ({ value: name, label: `${names[name]} · ${format.count(counts[name])}` }))}
              onChange={(event) => set({ show: SHOWN.find((name) => name === event.target.value) ?? "all" })}
            />
          </div>
        ) : (
          <Segmented
            label={t("prices.show")}
            value={shown}
            options={SHOWN.map((name) => ({
              value: name,
              label: (
                <>
                  {names[name]} <span className="dim">{format.count(counts[name])}</span>
                </>
              ),
            }))}
            onChange={(show) => set({ show })}
          />
        )}
        <span className="grow" />
        <SearchBox text={search.q} onText={(q) => set({ q })} label={t("prices.find")} limit={LONGEST_TEXT} />
      </div>
      {book.sources.length > 0 || book.sampled !== null ? (
        <p className={styles.synced}>
          {book.sources.map((source) => (
            <span key={source.source}>
              {source.error ? (
                <Status state="warn">{t("prices.sourceFailed", { name: source.source })}</Status>
              ) : (
                t("prices.sourceGood", {
                  name: source.source,
                  n: source.good_models ?? 0,
                  time: format.ago(source.good_at_ms ?? source.asked_at_ms, now),
                })
              )}
            </span>
          ))}
          {book.sampled === null ? null : <span>{t("prices.sampled", { n: book.sampled })}</span>}
        </p>
      ) : null}
      {rows.length === 0 ? (
        <Empty
          title={t("prices.none")}
          actions={
            <>
              <Button onClick={() => void navigate({ to: "/prices", search: {} })}>{t("prices.showAll")}</Button>
              {search.q ? (
                <Link to="/prices/edit" search={{ model: search.q }} className={buttonClass("ghost")}>
                  {t("prices.setPriceOf", { model: search.q })}
                </Link>
              ) : null}
            </>
          }
        >
          {sentences(
            t("prices.noneText", { n: counts.all }),
            book.bundled.enabled ? t("prices.noneBundled", { n: book.bundled.models }) : null,
          )}
        </Empty>
      ) : (
        <DataTable
          id="prices"
          caption={t("prices.caption")}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.model}
          keys
          sort={sort}
          onSort={(next) => set({ sort: writeSort(next, USUAL) })}
          link={(row, content, props) => (
            <Link {...props} to="/prices/edit" search={{ model: row.model }}>
              {content}
            </Link>
          )}
          card={(row) => ({
            title: <code>{row.model}</code>,
            value: <OriginChip origin={row.origin} date={book.bundled.date} />,
            lines: [
              t("sync.rates", { in: rateText(row, "prompt"), out: rateText(row, "completion") }),
              <>
                {t("effect.calls", { n: row.calls })} <LockMark locked={row.locked} />
              </>,
            ],
          })}
        />
      )}
    </Panel>
  );
}

function rateText(row: PriceRow, rate: Rate): string {
  return formatRate(rateOf(row.price, rate));
}

function sorted(rows: readonly PriceRow[], sort: Sort): PriceRow[] {
  const value = (row: PriceRow): number | string => {
    switch (sort.by) {
      case "model":
        return row.model.toLowerCase();
      case "prompt":
      case "completion":
        return rateOf(row.price, sort.by) ?? -1;
      default:
        return row.calls;
    }
  };
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return (sort.descending ? -order : order) || a.model.localeCompare(b.model);
  });
}

function usePriceColumns(book: PriceBook): Column<PriceRow>[] {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const rate = (name: Rate, more: Partial<Column<PriceRow>> = {}): Column<PriceRow> => ({
    id: name,
    label: t(RATE_NAMES[name]),
    width: 96,
    numeric: true,
    cell: (row) => {
      const value = rateOf(row.price, name);
      return value === null ? <Unknown reason={t("rate.notSet")} /> : formatRate(value);
    },
    ...more,
  });
  return [
    {
      id: "model",
      label: t("field.model"),
      share: 30,
      fixed: true,
      sortable: true,
      cell: (row) => (
        <>
          <code title={row.model}>{row.model}</code> <LockMark locked={row.locked} />
        </>
      ),
    },
    rate("prompt", { sortable: true }),
    rate("completion", { sortable: true }),
    rate("cacheRead", { priority: 2 }),
    rate("cacheCreation", { priority: 1 }),
    {
      id: "tiers",
      label: t("prices.tiers"),
      width: 72,
      numeric: true,
      priority: 1,
      cell: (row) => {
        const count = (row.price.contextTiers?.length ?? 0) + (row.price.serviceTiers?.length ?? 0);
        return count === 0 ? <span className="dim">{t("prices.noTiers")}</span> : format.count(count);
      },
    },
    {
      id: "origin",
      label: t("prices.origin"),
      width: 150,
      cell: (row) => <OriginChip origin={row.origin} date={book.bundled.date} />,
    },
    {
      id: "since",
      label: t("prices.validFrom"),
      width: 110,
      priority: 1,
      cell: (row) =>
        row.validFrom === null ? <span className="dim">{t("version.always")}</span> : format.date(row.validFrom, now),
    },
    {
      id: "calls",
      label: t("prices.calls"),
      width: 88,
      numeric: true,
      sortable: true,
      cell: (row) => format.count(row.calls),
    },
  ];
}
