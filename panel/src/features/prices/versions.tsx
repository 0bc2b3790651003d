import { useQueryClient } from "@tanstack/react-query";
import type { BundledInfo, PriceVersion } from "../../api/price-types";
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
import { currentVersion, kindOf, type PricedModel } from "./list";
import styles from "./prices.module.css";
import { bookKey } from "./query";
import { formatRate } from "./rate-text";

/** Every price that this model has had, newest first, each from its day until the next one's. */
export function VersionsPanel({ item, bundled }: { item: PricedModel; bundled: BundledInfo }) {
  const { t, format } = useI18n();
  const now = useNow(60_000);
  const client = useQueryClient();
  const toast = useToast();
  const confirm = useConfirm();
  const current = currentVersion(item.versions, now);
  const apply = async () => {
    const done = await confirm({
      title: t("version.askApply", { model: item.model }),
      body: t("version.askApplyText", { n: item.versions.length - 1 }),
      confirm: t("version.apply"),
      keep: t("price.keep"),
      danger: true,
      typeToConfirm: item.model,
      run: () => prices.applyToAllHistory(item.model),
    });
    if (!done) return;
    toast.show({ state: "ok", title: t("version.applied") });
    await client.invalidateQueries({ queryKey: bookKey });
    await client.invalidateQueries({ queryKey: ["data"] });
  };
  const rate = (version: PriceVersion, name: "prompt" | "completion") => formatRate(rateOf(version.price, name));
  return (
    <Panel
      title={t("price.versions")}
      note={t("price.versionCount", { n: item.versions.length })}
      actions={
        item.versions.length > 1 && kindOf(item.origin) !== "bundled" ? (
          <Button small onClick={() => void apply()}>
            {t("version.apply")}
          </Button>
        ) : undefined
      }
      flush
    >
      <ul className={styles.versions}>
        {[...item.versions].reverse().map((version) => {
          const from = version.valid_from_ms ?? null;
          return (
            <li key={from ?? 0}>
              <div>
                <b>{from === null ? t("version.always") : t("version.from", { date: format.date(from, now) })}</b>
                {version.valid_to_ms === undefined ? null : (
                  <span className="dim"> {t("version.to", { date: format.date(version.valid_to_ms, now) })}</span>
                )}{" "}
                {version === current ? <Status state="ok">{t("version.now")}</Status> : null}
                {from !== null && from > now ? <Status state="unknown">{t("version.later")}</Status> : null}
              </div>
              <div className={styles.versionFacts}>
                <span>{t("sync.rates", { in: rate(version, "prompt"), out: rate(version, "completion") })}</span>
                <OriginChip origin={version.price.source || item.origin} date={bundled.date} />
                {version.price.sourceModelId ? <code>{version.price.sourceModelId}</code> : null}
                {version.price.updatedAtMs ? (
                  <span className="dim">
                    {t("version.changed", { date: format.date(version.price.updatedAtMs, now) })}
                  </span>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
