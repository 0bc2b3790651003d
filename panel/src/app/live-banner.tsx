import { hub } from "../api/live";
import { useI18n } from "../i18n";
import { sentences } from "../i18n/refusals";
import { useNow } from "../lib/now";
import { Banner } from "../ui/banner";
import { useLiveState } from "./live";

/** The manager does not answer: what is on the page was right then, and when it is tried again. */
export function LiveBanner() {
  const { t, format } = useI18n();
  const live = useLiveState();
  const now = useNow(60_000);
  if (live.kind !== "retrying") return null;
  return (
    <Banner
      state="stale"
      title={t("live.lost", { time: format.moment(live.lostAt, now) })}
      action={
        <button type="button" className="link" onClick={() => hub.retryNow()}>
          {t("live.retryNow")}
        </button>
      }
    >
      <Countdown at={live.retryAt} />
    </Banner>
  );
}

/** When the manager is tried again. */
export function Countdown({ at }: { at: number }) {
  const { t } = useI18n();
  const now = useNow(1_000);
  const seconds = Math.ceil((at - now) / 1000);
  return sentences(t("live.asOf"), seconds > 0 ? t("live.retryIn", { n: seconds }) : t("live.retrying"));
}
