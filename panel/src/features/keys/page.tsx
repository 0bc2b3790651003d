import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import { manage } from "../../api/manage";
import { queryClient } from "../../api/queries";
import { clientKeysQuery, useAnalytics } from "../../app/data";
import { FilterBar } from "../../app/filter-bar";
import { Page } from "../../app/shell";
import { useOpenView, useSetView } from "../../app/view";
import { useI18n } from "../../i18n";
import { refusalWords } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import type { RangeSearch } from "../../lib/range";
import { rangeOf, type ViewSearch } from "../../lib/view";
import { Banner } from "../../ui/banner";
import { Button, IconButton } from "../../ui/button";
import { useConfirm } from "../../ui/confirm";
import { Sheet } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, ColumnMenu, DataTable, readSort, type Sort, writeSort } from "../../ui/table";
import { useToast } from "../../ui/toast";
import { Unknown } from "../../ui/tooltip";
import { Failed } from "../collector/failed";
import { type AliasProblem, aliasProblem, type KeyRow, keyRows, sortKeys, withoutKey } from "./keys";
import styles from "./keys.module.css";

export const KEY_SORTS = ["name", "calls", "failures", "tokens", "cost", "seen"] as const;
export const KEY_COLUMNS = ["name", "hash", "gateway", "calls", "failures", "tokens", "cost", "seen", "act"] as const;
const USUAL: Sort = { by: "calls", descending: true };

const aliasKey = ["alias-items"];

/** The keys of the gateway's clients: what each one did, and what it is called. */
export function KeysPage() {
  const { t, format } = useI18n();
  const search = useSearch({ from: "/signed-in/app/keys" }) as ViewSearch;
  const set = useSetView<ViewSearch>();
  const open = useOpenView();
  const navigate = useNavigate();
  const [editing, setEditing] = useState<string | null>(null);
  const stats = useAnalytics(rangeOf(search), { api_key_stats: true });
  const aliases = useQuery({
    queryKey: aliasKey,
    queryFn: async () => (await manage.aliases()).items,
    staleTime: 30_000,
  });
  const keys = useQuery(clientKeysQuery);
  const answer = stats.data?.answer.api_key_stats ?? [];
  const rows = keyRows(answer, aliases.data ?? [], keys.data);
  const sort = readSort(search.sort, USUAL);
  const columns = useKeyColumns(setEditing, stats.data !== undefined, rangeOf(search));
  const nameless = withoutKey(answer);
  const ready = (stats.data || stats.error) && !aliases.isPending;
  return (
    <Page title={t("nav.keys")} bar={<FilterBar page="/keys" search={search} onChange={set} onOpen={open} rangeOnly />}>
      <div className={styles.page}>
        {keys.isError ? (
          <Banner state="unknown" title={t("clients.gatewayUnknown")}>
            {t("clients.gatewayUnknownText")}
          </Banner>
        ) : null}
        <Panel
          title={t("clients.title")}
          note={t("clients.note", { n: rows.length })}
          actions={
            <ColumnMenu
              columns={columns}
              chosen={search.columns}
              onChosen={(chosen) => set({ ...search, columns: chosen as string[] })}
            />
          }
          flush
        >
          {stats.error && !stats.data ? (
            <div className={styles.pad}>
              <Failed error={stats.error} what={t("clients.statsUnreadable")} onRetry={stats.retry} />
            </div>
          ) : null}
          {aliases.isError ? (
            <div className={styles.pad}>
              <Failed
                error={aliases.error}
                what={t("clients.aliasesUnreadable")}
                onRetry={() => void aliases.refetch()}
              />
            </div>
          ) : null}
          {!ready ? (
            <Skeleton label={t("clients.reading")} />
          ) : rows.length === 0 ? (
            <Empty title={t("clients.none")}>{t("clients.noneText")}</Empty>
          ) : (
            <DataTable
              id="keys"
              caption={t("clients.title")}
              columns={columns}
              chosen={search.columns}
              rows={sortKeys(rows, sort.by, sort.descending)}
              rowKey={(row) => row.hash}
              density="tall"
              sort={sort}
              onSort={(next) => {
                const { sort: _, ...rest } = search;
                const written = writeSort(next, USUAL);
                set(written ? { ...rest, sort: written } : rest, true);
              }}
              card={(row) => ({
                title: <KeyName row={row} />,
                value: row.stat ? <span className="num">{format.money(row.stat.cost)}</span> : null,
                lines: [
                  row.stat
                    ? t("clients.line", {
                        calls: format.count(row.stat.calls),
                        failures: format.count(row.stat.failure_calls),
                        tokens: format.tokens(row.stat.total_tokens),
                      })
                    : t("clients.unused"),
                  <span key="acts" className={styles.acts}>
                    <Accepted row={row} />
                    <span className="grow" />
                    <Button small onClick={() => setEditing(row.hash)}>
                      {row.alias ? t("clients.rename") : t("clients.giveName")}
                      <span className="sr"> {row.masked ?? row.hash.slice(0, 8)}</span>
                    </Button>
                  </span>,
                ],
              })}
            />
          )}
          {nameless > 0 ? (
            <p className={styles.nameless}>
              {t("clients.nameless", { n: nameless })}{" "}
              <button
                type="button"
                className="link"
                onClick={() => void navigate({ to: "/requests", search: { ...rangeOf(search) } as never })}
              >
                {t("clients.showRequests")}
              </button>
            </p>
          ) : null}
        </Panel>
      </div>
      {editing !== null ? (
        <AliasSheet key={editing} hash={editing} rows={rows} onClose={() => setEditing(null)} />
      ) : null}
    </Page>
  );
}

function KeyName({ row }: { row: KeyRow }) {
  const { t } = useI18n();
  return row.alias ? (
    <span>{row.alias}</span>
  ) : row.masked ? (
    <code>{row.masked}</code>
  ) : (
    <span className="dim">
      {t("clients.noName")} <code>{row.hash.slice(0, 8)}</code>
    </span>
  );
}

function Accepted({ row }: { row: KeyRow }) {
  const { t } = useI18n();
  if (row.accepted === null) return <Unknown reason={t("clients.notAsked")} />;
  return row.accepted ? (
    <Status state="ok">{t("clients.accepted")}</Status>
  ) : (
    <Status state="unknown">{t("clients.gone")}</Status>
  );
}

/** What a key without requests in the range comes to. */
const NOTHING = { calls: 0, failure_calls: 0, total_tokens: 0, cost: 0, unpriced_calls: 0 };
type Figures = typeof NOTHING;

function useKeyColumns(
  onEdit: (hash: string) => void,
  /** Whether the requests of the range were counted. */
  counted: boolean,
  /** What the figures are of; the requests are those of the same time. */
  range: RangeSearch,
): Column<KeyRow>[] {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const figure = (
    id: string,
    label: string,
    value: (stat: Figures) => string,
    more: Partial<Column<KeyRow>> = {},
  ): Column<KeyRow> => ({
    id,
    label,
    width: 96,
    numeric: true,
    sortable: true,
    cell: (row) =>
      row.stat || counted ? value({ ...NOTHING, ...row.stat }) : <Unknown reason={t("clients.statsUnreadable")} />,
    ...more,
  });
  return [
    {
      id: "name",
      label: t("clients.name"),
      share: 30,
      fixed: true,
      sortable: true,
      cell: (row) => (
        <>
          <KeyName row={row} />
          <span className={styles.sub}>
            <code>{row.alias && row.masked ? row.masked : `sha256:${row.hash.slice(0, 12)}`}</code>
          </span>
        </>
      ),
    },
    {
      id: "hash",
      label: t("field.key"),
      width: 160,
      extra: true,
      cell: (row) => <code title={row.hash}>{row.hash.slice(0, 16)}</code>,
      copy: (row) => row.hash,
    },
    { id: "gateway", label: t("clients.inGateway"), width: 130, priority: 1, cell: (row) => <Accepted row={row} /> },
    figure("calls", t("prices.calls"), (stat) => format.count(stat.calls)),
    figure("failures", t("clients.failures"), (stat) => format.count(stat.failure_calls)),
    figure("tokens", t("clients.tokens"), (stat) => format.tokens(stat.total_tokens), { priority: 2 }),
    figure(
      "cost",
      t("prices.cost"),
      (stat) => `${(stat.unpriced_calls ?? 0) > 0 ? "≥ " : ""}${format.money(stat.cost)}`,
    ),
    figure("seen", t("prices.lastSeen"), () => "", {
      width: 120,
      priority: 2,
      cell: (row) => (row.stat ? format.ago(row.stat.last_seen_ms, now) : <Unknown reason={t("clients.unused")} />),
    }),
    {
      id: "act",
      label: t("prices.action"),
      width: 150,
      numeric: true,
      cell: (row) => (
        <span className={styles.acts}>
          <Link className="link" to="/requests" search={{ ...range, key: [row.hash] }}>
            {t("prices.requests")}
            <span className="sr">: {row.alias ?? row.hash.slice(0, 8)}</span>
          </Link>
          <button type="button" className="link" onClick={() => onEdit(row.hash)}>
            {row.alias ? t("clients.rename") : t("clients.giveName")}
            <span className="sr">: {row.alias ?? row.hash.slice(0, 8)}</span>
          </button>
        </span>
      ),
    },
  ];
}

/** Gives a key a name, changes it or takes it away. */
function AliasSheet({ hash, rows, onClose }: { hash: string; rows: readonly KeyRow[]; onClose(): void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const confirm = useConfirm();
  const row = rows.find((each) => each.hash === hash);
  const [text, setText] = useState(row?.alias ?? "");
  const [checked, setChecked] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const problem = aliasProblem(hash, text, rows);
  const words: Record<AliasProblem, string> = {
    empty: t("clients.aliasEmpty"),
    long: t("clients.aliasLong"),
    taken: t("clients.aliasTaken"),
    orphan: t("clients.aliasOrphan"),
  };
  const refresh = async () => {
    await queryClient.invalidateQueries({ queryKey: aliasKey });
    await queryClient.invalidateQueries({ queryKey: ["aliases"] });
  };
  const save = useMutation({
    mutationFn: () =>
      manage.saveAliases({
        items: [{ apiKeyHash: hash, alias: text.trim() }],
        ...(problem === "orphan"
          ? {
              activeApiKeyHashes: rows.filter((each) => each.accepted).map((each) => each.hash),
              allowOrphanAliasCleanup: true,
            }
          : {}),
      }),
    onSuccess: async () => {
      toast.show({ state: "ok", title: t("clients.named", { name: text.trim() }) });
      await refresh();
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if ((problem === null || problem === "orphan") && !save.isPending) save.mutate();
  };
  const remove = async () => {
    const done = await confirm({
      title: t("clients.askRemove", { name: row?.alias ?? "" }),
      body: t("clients.askRemoveText"),
      confirm: t("clients.remove"),
      keep: t("price.keep"),
      danger: true,
      run: () => manage.removeAlias(hash),
    });
    if (!done) return;
    toast.show({ state: "ok", title: t("clients.removed") });
    await refresh();
    onClose();
  };
  const failure = save.error ? asApiError(save.error) : null;
  const refusal = failure
    ? refusalWords(language, { code: failure.code, text: failure.message, hint: failure.hint })
    : null;
  return (
    <Sheet open onClose={onClose} title={t("clients.sheet")} closeLabel={t("action.close")} initialFocus={field}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <p className="mid">
          <code>{row?.masked ?? `sha256:${hash.slice(0, 16)}`}</code>
        </p>
        <TextField
          ref={field}
          label={t("clients.name")}
          help={t("clients.nameHelp")}
          error={checked && problem !== null && problem !== "orphan" ? words[problem] : undefined}
          name="alias"
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {problem === "orphan" ? <Banner state="warn" title={words.orphan} /> : null}
        {failure && refusal ? (
          <Banner state="bad" title={t("clients.notNamed")} alert>
            {failure.unreachable ? t("error.noAnswer") : refusal.text}
          </Banner>
        ) : null}
        <div className="row">
          {row?.alias ? <IconButton icon="trash" label={t("clients.remove")} onClick={() => void remove()} /> : null}
          <span className="grow" />
          <Button onClick={onClose}>{t("clients.cancel")}</Button>
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {problem === "orphan" ? t("clients.takeName") : t("settings.save")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
