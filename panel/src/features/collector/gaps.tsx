import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Gap } from "../../api/types";
import { type Key, useI18n } from "../../i18n";
import { PHONE, useMedia } from "../../lib/media";
import { useNow } from "../../lib/now";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";
import styles from "./collector.module.css";
import { Failed } from "./failed";

const GAP_LIMIT = 200;

const GAP_KINDS: Readonly<Record<string, Key | undefined>> = {
  stopped: "gap.stopped",
  disconnected: "gap.disconnected",
  half_open: "gap.halfOpen",
  cut_off: "gap.cutOff",
  reply_lost: "gap.replyLost",
  intake_full: "gap.intakeFull",
};

/** Periods in which records may be missing. */
export function GapsPanel({ latest }: { latest: Gap | undefined }) {
  const { t } = useI18n();
  const phone = useMedia(PHONE);
  // A new or a closed gap in the live status is a reason to read the table again.
  const gaps = useQuery({
    queryKey: ["gaps", latest?.id ?? null, latest?.toMs ?? null],
    queryFn: () => api.gaps(GAP_LIMIT),
    placeholderData: (old) => old,
  });
  const items = gaps.data?.items ?? [];
  return (
    <Panel title={t("gaps.title")} note={t("gaps.note")} flush>
      {gaps.isPending ? <Skeleton lines={3} label={t("gaps.loading")} /> : null}
      {gaps.isError && items.length === 0 ? (
        <div className={styles.pad}>
          <Failed error={gaps.error} what={t("gaps.unreadable")} onRetry={() => void gaps.refetch()} />
        </div>
      ) : null}
      {gaps.data && items.length === 0 ? <Empty title={t("gaps.none")}>{t("gaps.noneText")}</Empty> : null}
      {items.length === 0 ? null : phone ? <GapCards items={items} /> : <GapTable items={items} />}
    </Panel>
  );
}

function useWords() {
  const { t, format } = useI18n();
  return {
    kind: (gap: Gap) => {
      const key = GAP_KINDS[gap.kind];
      return key ? t(key) : gap.kind;
    },
    span: (gap: Gap, now: number) => {
      const to = gap.toMs ?? null;
      return `${format.dateTime(gap.fromMs, now)} – ${to === null ? t("gaps.ongoing") : format.moment(to, gap.fromMs)}`;
    },
    length: (gap: Gap, now: number) => format.duration((gap.toMs ?? now) - gap.fromMs),
  };
}

function Effect({ gap }: { gap: Gap }) {
  const { t } = useI18n();
  if (!gap.lossy) return <Status state="ok">{t("gaps.covered")}</Status>;
  const lost = gap.lostEstimate ?? null;
  return <Status state="warn">{lost === null ? t("gaps.lossy") : t("gaps.lost", { n: lost })}</Status>;
}

function GapTable({ items }: { items: readonly Gap[] }) {
  const { t, format } = useI18n();
  const now = useNow(10_000);
  const words = useWords();
  return (
    <table className={styles.table}>
      <caption className="sr">{t("gaps.title")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("gaps.when")}</th>
          <th scope="col" className="num">
            {t("gaps.length")}
          </th>
          <th scope="col">{t("gaps.what")}</th>
          <th scope="col">{t("gaps.effect")}</th>
          <th scope="col" className={`num ${styles.p1}`}>
            {t("gaps.retention")}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((gap) => (
          <tr key={gap.id}>
            <td className="nw">{words.span(gap, now)}</td>
            <td className="num">{words.length(gap, now)}</td>
            <td>
              {words.kind(gap)}
              {gap.detail ? <span className={styles.sub}>{gap.detail}</span> : null}
            </td>
            <td>
              <Effect gap={gap} />
            </td>
            <td className={`num ${styles.p1}`}>
              {gap.retentionSeconds === null || gap.retentionSeconds === undefined ? (
                <Unknown reason={t("gateway.notSaid")} />
              ) : (
                format.duration(gap.retentionSeconds * 1000)
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function GapCards({ items }: { items: readonly Gap[] }) {
  const now = useNow(10_000);
  const words = useWords();
  return (
    <ul>
      {items.map((gap) => (
        <li key={gap.id} className={styles.gapCard}>
          <div>
            <span>{words.span(gap, now)}</span>
            <span className="num">{words.length(gap, now)}</span>
          </div>
          <div>{words.kind(gap)}</div>
          {gap.detail ? <div className={styles.sub}>{gap.detail}</div> : null}
          <Effect gap={gap} />
        </li>
      ))}
    </ul>
  );
}
