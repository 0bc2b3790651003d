import { useQuery } from "@tanstack/react-query";
import { ifServed } from "../../api/analytics";
import { manage } from "../../api/manage";
import type { AccountPolicy } from "../../api/manage-types";
import { type Key, useI18n } from "../../i18n";
import { Definitions, Panel } from "../../ui/panel";
import { Status } from "../../ui/status";

const CAPABILITIES = [
  ["codexQuotaCooldown", "policy.cooldown"],
  ["authIssueQueue", "policy.queue"],
  ["authIssueAutoDisable", "policy.disable"],
] as const satisfies [keyof AccountPolicy, Key][];

/** What the manager does with sick accounts by itself. Shown only by a manager that can do any of it. */
export function PolicyPanel() {
  const { t } = useI18n();
  const { data } = useQuery({
    queryKey: ["account-policy"],
    queryFn: async () => (await ifServed(manage.policy())) ?? null,
    staleTime: 60_000,
    retry: false,
  });
  // `startup` with nothing configured: this manager knows no such acts, so none are offered.
  const known = data && CAPABILITIES.some(([name]) => data[name].enabled || data[name].configured || data[name].locked);
  if (!data || !known) return null;
  return (
    <Panel title={t("policy.title")} note={t("policy.readOnly")}>
      <Definitions
        items={CAPABILITIES.map(([name, label]) => ({
          name: t(label),
          value: (
            <>
              <Status state={data[name].enabled ? "ok" : "unknown"}>
                {data[name].enabled ? t("policy.on") : t("policy.off")}
              </Status>{" "}
              {data[name].locked ? <code>{data[name].envKey}</code> : null}
            </>
          ),
        }))}
      />
    </Panel>
  );
}
