import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { PriceBook, PricedModel, PriceVersion } from "../../api/price-types";
import { prices } from "../../api/prices";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Button } from "../../ui/button";
import { useConfirm } from "../../ui/confirm";
import { Panel } from "../../ui/panel";
import { Status } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { OriginChip } from "./chips";
import { rateOf } from "./draft";
import { currentVersion } from "./list";
import styles from "./prices.module.css";
import { bookKey } from "./query";
import { formatRate } from "./rate-text";

/** Every price that this model has had, newest first, each from its day until the next one's. */
export function VersionsPanel({ item, bundled }: { item: PricedModel; bundled: PriceBook["bundled"] }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const client = useQueryClient();
  const toast = useToast();
  const confirm = useConfirm();
  const current = currentVersion(item.versions, now);
  const newestFirst = [...item.versions].reverse();
  const remove = useMutation({
    mutationFn: (version: PriceVersion) => prices.remove(item.model, version.valid_from_ms),
    onSuccess: async () => {
      toast.show({ state: "ok", title: t("version.removed") });
      await client.invalidateQueries({ queryKey: bookKey });
    },
  });
  const ask = (version: PriceVersion) =>
    confirm({
      title: t("version.askRemove", { date: format.dateTime(version.valid_from_ms, now, { short: true }) }),
      body: t("version.askRemoveText"),
      confirm: t("version.remove"),
      keep: t("price.keep"),
      danger: true,
      run: () => remove.mutateAsync(version),
    });
  const rate = (version: PriceVersion, name: "prompt" | "completion") => {
    const value = rateOf(version.price, name);
    return formatRate(value);
  };
  return (
    <Panel title={t("price.versions")} note={t("price.versionCount", { n: item.versions.length })} flush>
      <ul className={styles.versions}>
        {newestFirst.map((version, index) => {
          const next = newestFirst[index - 1];
          return (
            <li key={version.valid_from_ms}>
              <div>
                <b>
                  {version.valid_from_ms <= 0
                    ? t("version.always")
                    : t("version.from", { date: format.date(version.valid_from_ms, now) })}
                </b>
                {next ? (
                  <span className="dim"> {t("version.to", { date: format.date(next.valid_from_ms, now) })}</span>
                ) : null}{" "}
                {version === current ? <Status state="ok">{t("version.now")}</Status> : null}
                {version.valid_from_ms > now ? <Status state="unknown">{t("version.later")}</Status> : null}
              </div>
              <div className={styles.versionFacts}>
                <span>{t("sync.rates", { in: rate(version, "prompt"), out: rate(version, "completion") })}</span>
                <OriginChip origin={version.price.source ?? item.origin} date={bundled?.date} />
                {version.price.sourceModelId ? <code>{version.price.sourceModelId}</code> : null}
                {version.price.updatedAtMs ? (
                  <span className="dim">
                    {t("version.changed", { date: format.date(version.price.updatedAtMs, now) })}
                  </span>
                ) : null}
              </div>
              {item.versions.length > 1 && item.origin !== "bundled" ? (
                <Button small kind="ghost" onClick={() => void ask(version)}>
                  {t("version.remove")}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
