import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { use, useCallback, useEffect, useRef } from "react";
import { asApiError } from "../../api/errors";
import { eventQuery } from "../../api/queries";
import type { EventAnswer } from "../../api/types";
import { useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { copyText } from "../../lib/clipboard";
import { useNow } from "../../lib/now";
import { Banner } from "../../ui/banner";
import { Button, IconButton } from "../../ui/button";
import { Skeleton } from "../../ui/panel";
import { Badge } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { Cost } from "./cost";
import styles from "./drawer.module.css";
import { DrawerFrame } from "./drawer-frame";
import { ListContext } from "./list-context";
import { Neighbours } from "./neighbours";
import { codeOf, stateOf } from "./row";
import { Attempts, Body, Identity, Metadata, Quota, Stored, Timeline, Tokens, Why } from "./sections";

/** One request with everything that is stored of it, at its own address. */
export function RequestDrawer() {
  const { t } = useI18n();
  const { id } = useParams({ from: "/signed-in/app/requests/$id" });
  const search = useSearch({ from: "/signed-in/app/requests" });
  const navigate = useNavigate();
  const { rows, go } = use(ListContext);
  const { data, error, isPending, refetch } = useQuery(eventQuery(id));
  const heading = useRef<HTMLHeadingElement>(null);
  const scroller = useRef<HTMLElement>(null);

  const close = useCallback(
    () => void navigate({ to: "/requests", search: search as never, resetScroll: false }),
    [navigate, search],
  );
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    if (id > 0) scroller.current?.scrollTo({ top: 0 });
  }, [id]);
  const at = rows.findIndex((row) => row.id === id);
  const newer = at > 0 ? rows[at - 1] : undefined;
  const older = at >= 0 ? rows[at + 1] : undefined;
  const failure = error ? asApiError(error) : null;

  return (
    <DrawerFrame
      title={<Title heading={heading} id={id} data={data} />}
      scroller={scroller}
      onClose={close}
      tools={
        <>
          <CopyLink />
          <IconButton
            icon="chevronUp"
            label={t("drawer.newer")}
            disabled={!newer}
            onClick={() => newer && go(newer.id)}
          />
          <IconButton
            icon="chevronDown"
            label={t("drawer.older")}
            disabled={!older}
            onClick={() => older && go(older.id)}
          />
        </>
      }
    >
      {isPending ? <Skeleton lines={8} label={t("drawer.loading")} /> : null}
      {failure && !data ? (
        <div className={styles.section}>
          <Failure code={failure.code} text={failure.message} hint={failure.hint} status={failure.status} />
          {failure.status === 404 ? null : (
            <Button icon="retry" onClick={() => void refetch()}>
              {t("action.retry")}
            </Button>
          )}
        </div>
      ) : null}
      {data ? <Contents answer={data} /> : null}
    </DrawerFrame>
  );
}

function Failure(props: { code: string; text: string; hint: string | undefined; status: number }) {
  const { t, language } = useI18n();
  const words = refusalWords(language, props);
  return (
    <Banner state="bad" title={props.status === 404 ? t("drawer.notFound") : t("drawer.failed")} alert>
      {props.status === 404 ? t("drawer.notFoundText") : sentences(words.text, words.hint)}
    </Banner>
  );
}

function Title({
  heading,
  id,
  data,
}: {
  heading: React.RefObject<HTMLHeadingElement | null>;
  id: number;
  data: EventAnswer | undefined;
}) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const event = data?.event;
  const name = event?.request_id || `#${id}`;
  return (
    <>
      {event ? (
        <Badge state={stateOf(event)}>{codeOf(event) ?? (event.failed ? t("row.failed") : t("row.ok"))}</Badge>
      ) : null}
      <h2 id="drawer-title" ref={heading} tabIndex={-1} className={`mono ${styles.name}`}>
        <span className="sr">{t("drawer.title")} </span>
        {name}
      </h2>
      {event?.request_id ? <CopyButton text={event.request_id} label={t("drawer.copyId")} /> : null}
      {event ? (
        <span className={`dim ${styles.time}`} title={format.timeZone}>
          {format.dateTime(event.timestamp_ms, now, { ms: true })}
        </span>
      ) : null}
    </>
  );
}

function CopyButton({ text, label }: { text: string; label: string }) {
  const copy = useCopy();
  return <IconButton icon="copy" label={label} onClick={() => copy(text)} />;
}

function CopyLink() {
  const { t } = useI18n();
  const copy = useCopy();
  return <IconButton icon="link" label={t("drawer.copyLink")} onClick={() => copy(location.href)} />;
}

function useCopy() {
  const { t } = useI18n();
  const toast = useToast();
  return (text: string) => {
    void copyText(text).then((done) =>
      toast.show({ state: done ? "ok" : "bad", title: done ? t("copy.done") : t("copy.failed") }),
    );
  };
}

function Contents({ answer }: { answer: EventAnswer }) {
  const { event, attempts } = answer;
  const copy = useCopy();
  return (
    <>
      <Why event={event} attempts={attempts} />
      <Attempts event={event} attempts={attempts} />
      <Timeline event={event} attempts={attempts} />
      {/* What the provider said is what a failed one is opened for. */}
      {event.failed ? <Body event={event} onCopy={copy} /> : null}
      {event.failed ? <Quota event={event} /> : null}
      <Cost event={event} />
      <Tokens event={event} />
      {event.failed ? null : <Quota event={event} />}
      {event.failed ? null : <Body event={event} onCopy={copy} />}
      <Identity event={event} />
      <Neighbours event={event} />
      <Metadata event={event} />
      <Stored event={event} onCopy={copy} />
    </>
  );
}
