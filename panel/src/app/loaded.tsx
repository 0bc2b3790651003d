import { type ReactNode, useState } from "react";
import type { ApiError } from "../api/errors";
import { useI18n } from "../i18n";
import { refusalWords, sentences } from "../i18n/refusals";
import { copyText } from "../lib/clipboard";
import { useNow } from "../lib/now";
import { Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { MetricStrip } from "../ui/metrics";
import { Panel, Skeleton } from "../ui/panel";
import { Badge } from "../ui/status";
import { useToast } from "../ui/toast";
import type { Loaded } from "./data";
import { hostingMode } from "./features";
import styles from "./loaded.module.css";

type Read = Pick<Loaded<unknown>, "data" | "error" | "readAt">;

/** The newest attempt failed, and an older answer is there. */
const isStale = ({ data, error }: Read) => error !== null && data !== undefined;

/** Says of when what is shown is, where that is stale. Of several answers in one place, the oldest one counts. */
export function StaleMark({ loaded }: { loaded: Read | readonly Read[] }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const all: readonly Read[] = "readAt" in loaded ? [loaded] : loaded;
  const old = all.filter(isStale).map(({ readAt }) => readAt);
  if (old.length === 0) return null;
  return <Badge state="stale">{t("stale.asOf", { time: format.moment(Math.min(...old), now) })}</Badge>;
}

/** Figures that are read from the manager, and whether they are older than they look or of the view before. */
export function LoadedStrip({
  label,
  cells,
  loaded,
  children,
}: {
  label: string;
  cells?: number;
  loaded: readonly (Read & Pick<Loaded<unknown>, "changing">)[];
  children: ReactNode;
}) {
  const stale = loaded.some(isStale);
  return (
    <div className={`${styles.strip} ${stale ? styles.stale : ""}`}>
      <MetricStrip label={label} busy={loaded.some(({ changing }) => changing)} {...(cells ? { cells } : {})}>
        {children}
      </MetricStrip>
      {stale ? (
        <div>
          <StaleMark loaded={loaded} />
        </div>
      ) : null}
    </div>
  );
}

/** What could not be read, the manager's answer, and the way on. It stays inside of its panel. */
export function Failed({ what, error, onRetry }: { what: string; error: ApiError; onRetry(): void }) {
  const { t, language } = useI18n();
  const toast = useToast();
  const words = refusalWords(language, { code: error.code, text: error.message, hint: error.hint });
  const gateways = hostingMode() === "lightweight" || error.relayed;
  const answer = error.unreachable
    ? t(gateways ? "error.gatewaySilent" : "error.noAnswer")
    : t(gateways ? "error.gatewayAnswered" : "error.answered", { status: String(error.status), text: words.text });
  return (
    <div className={styles.failed}>
      <Banner state="bad" title={what}>
        {sentences(answer, words.hint)}
      </Banner>
      <div className="row">
        <Button icon="retry" onClick={onRetry}>
          {t("action.retry")}
        </Button>
        <Button
          kind="ghost"
          onClick={() => {
            void copyText(`${what}\n${error.status} ${error.code}: ${error.message}`).then((done) =>
              toast.show({ state: done ? "ok" : "bad", title: done ? t("copy.done") : t("copy.failed") }),
            );
          }}
        >
          {t("action.copyDetails")}
        </Button>
      </div>
    </div>
  );
}

/** The content while there is nothing to show, or that it failed; else the content. */
export function Waiting<T>({
  loaded,
  reading,
  failed,
  lines = 5,
  children,
}: {
  loaded: Loaded<T>;
  reading: string;
  failed: string;
  lines?: number;
  children(data: T): ReactNode;
}) {
  if (loaded.data !== undefined) {
    return (
      <div
        className={loaded.changing ? "changing" : loaded.error ? styles.stale : undefined}
        aria-busy={loaded.changing || undefined}
      >
        {children(loaded.data)}
      </div>
    );
  }
  if (loaded.error) {
    return (
      <div className={styles.pad}>
        <Failed what={failed} error={loaded.error} onRetry={loaded.retry} />
      </div>
    );
  }
  return <Skeleton lines={lines} label={reading} />;
}

/** A panel whose content is read from the manager. */
export function LoadedPanel<T>({
  title,
  note,
  actions,
  loaded,
  reading,
  failed,
  lines,
  flush = false,
  children,
}: {
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  loaded: Loaded<T>;
  reading: string;
  failed: string;
  lines?: number;
  flush?: boolean;
  children(data: T): ReactNode;
}) {
  return (
    <Panel
      title={title}
      note={note}
      busy={loaded.changing}
      actions={
        <>
          <StaleMark loaded={loaded} />
          {actions}
        </>
      }
      flush={flush}
    >
      <Waiting loaded={loaded} reading={reading} failed={failed} lines={lines ?? 5}>
        {children}
      </Waiting>
    </Panel>
  );
}

/** Groups whose names, not numbers, may be too many: the rest behind a button. */
export function useMore(usual: number): { limit: number; more(): void; all: boolean } {
  const [all, setAll] = useState(false);
  return { limit: all ? Number.POSITIVE_INFINITY : usual, more: () => setAll(true), all };
}
