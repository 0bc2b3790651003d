import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { useI18n } from "../../i18n";
import { sentence } from "../../i18n/refusals";
import { useNow } from "../../lib/now";
import { Button } from "../../ui/button";
import { Code } from "../../ui/code";
import { Empty, Panel, Skeleton } from "../../ui/panel";
import styles from "./collector.module.css";
import { Failed } from "./failed";

const PAGE = 20;

/** What arrived and could not become a request. */
export function DeadLettersPanel({ count }: { count: number }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const letters = useInfiniteQuery({
    queryKey: ["dead-letters", count],
    queryFn: ({ pageParam }) => api.deadLetters(PAGE, pageParam),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => (page.items.length === PAGE ? page.items.at(-1)?.id : undefined),
    placeholderData: (old) => old,
  });
  const items = letters.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={t("dead.title")} note={count > 0 ? format.count(count) : undefined} flush>
      {letters.isPending ? <Skeleton lines={2} label={t("dead.loading")} /> : null}
      {letters.isError && items.length === 0 ? (
        <div className={styles.pad}>
          <Failed error={letters.error} what={t("dead.unreadable")} onRetry={() => void letters.refetch()} />
        </div>
      ) : null}
      {letters.data && items.length === 0 ? <Empty title={t("dead.none")}>{t("dead.noneText")}</Empty> : null}
      {items.length > 0 ? (
        <ul className={styles.letters}>
          {items.map((letter) => (
            <li key={letter.id}>
              <details>
                <summary>
                  <span className="nw">{format.dateTime(letter.created_at_ms, now)}</span> {sentence(letter.error)}{" "}
                  <span className="dim nw">{format.bytes(letter.payload_bytes)}</span>
                </summary>
                <Code text={letter.payload} removed={t("body.removed")} label={t("dead.payload")} />
              </details>
            </li>
          ))}
        </ul>
      ) : null}
      {letters.hasNextPage ? (
        <div className={styles.pad}>
          {letters.isFetchNextPageError ? (
            <Failed error={letters.error} what={t("dead.unreadable")} onRetry={() => void letters.fetchNextPage()} />
          ) : null}
          <Button small disabled={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>
            {t("dead.more")}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}
