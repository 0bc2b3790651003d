import { measureOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { UsageLink } from "../../app/usage-link";
import { useI18n } from "../../i18n";
import { carried, only, type ViewSearch } from "../../lib/view";
import { InlineBar } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import { Status } from "../../ui/status";
import { type Column, DataTable } from "../../ui/table";
import styles from "./dashboard.module.css";
import { MODELS } from "./questions";

interface ModelLine {
  model: string;
  calls: number | null;
  tokens: number | null;
  cost: number | null;
  unpriced: number;
}

/** The models by their cost. */
export function Models({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const asked = useQuestion(search, MODELS);
  const answer = asked.data?.answer;
  const lines = (answer?.rows ?? []).map(
    (row): ModelLine => ({
      model: row.keys[0] ?? "",
      calls: measureOf(row, "calls"),
      tokens: measureOf(row, "total_tokens"),
      cost: measureOf(row, "cost"),
      unpriced: measureOf(row, "unpriced_calls") ?? 0,
    }),
  );
  const most = Math.max(0, ...lines.map(({ cost }) => cost ?? 0));
  const cost = (line: ModelLine) =>
    line.unpriced > 0 && line.unpriced === line.calls ? (
      <Status state="warn">{t("models.noPrice")}</Status>
    ) : (
      `${line.unpriced > 0 ? "≥ " : ""}${format.money(line.cost)}`
    );
  const columns: Column<ModelLine>[] = [
    { id: "model", label: t("filter.model"), share: 36, fixed: true, cell: ({ model }) => model },
    {
      id: "calls",
      label: t("figures.requests"),
      numeric: true,
      width: 84,
      cell: ({ calls }) => format.count(calls),
    },
    {
      id: "tokens",
      label: t("figures.tokens"),
      numeric: true,
      width: 74,
      priority: 2,
      cell: ({ tokens }) => <span title={format.count(tokens)}>{format.tokens(tokens)}</span>,
    },
    {
      id: "cost",
      label: t("figures.cost"),
      numeric: true,
      share: 40,
      cell: (line) => (
        <span className={styles.withBar}>
          <InlineBar share={most > 0 ? (line.cost ?? 0) / most : 0} color="q4" />
          <span className={styles.money}>{cost(line)}</span>
        </span>
      ),
    },
  ];
  return (
    <LoadedPanel
      title={t("models.title")}
      note={answer ? t("models.note", { shown: lines.length, total: answer.total_groups }) : null}
      actions={
        <UsageLink search={{ ...carried(search), tab: "models" }} className={`link ${styles.viewAll}`}>
          {t("action.viewAll")}
        </UsageLink>
      }
      loaded={asked}
      reading={t("models.reading")}
      failed={t("models.failed")}
      flush
    >
      {() =>
        lines.length === 0 ? (
          <Empty title={t("models.none")} />
        ) : (
          <DataTable
            id="models"
            caption={t("models.title")}
            columns={columns}
            rows={lines}
            rowKey={({ model }) => model}
            sort={{ by: "cost", descending: true }}
            link={({ model }, content, props) => (
              <ToRequests search={only(carried(search), "model", model)} {...props}>
                {content}
              </ToRequests>
            )}
            card={(line) => ({
              title: line.model,
              value: cost(line),
              lines: [
                <>
                  <span>{t("palette.requestCount", { n: line.calls ?? 0 })}</span>
                  <span>{t("models.tokens", { tokens: format.tokens(line.tokens) })}</span>
                </>,
              ],
            })}
          />
        )
      }
    </LoadedPanel>
  );
}
