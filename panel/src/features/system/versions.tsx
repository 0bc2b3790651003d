import type { Status as StatusDocument } from "../../api/types";
import { useUpdateNotice } from "../../app/data";
import { useI18n } from "../../i18n";
import { useNow } from "../../lib/now";
import { Definitions, Panel } from "../../ui/panel";
import { Status } from "../../ui/status";
import { Unknown } from "../../ui/tooltip";

const LINKS = [
  { name: "CLI Proxy API", href: "https://github.com/router-for-me/CLIProxyAPI" },
  { name: "CLI Proxy API · docs", href: "https://help.router-for.me/" },
];

/** What runs: manager, gateway, schema. */
export function VersionsPanel({ status }: { status: StatusDocument }) {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const update = useUpdateNotice();
  const gateway = status.collector.gateway;
  return (
    <Panel title={t("versions.title")}>
      <Definitions
        items={[
          {
            name: t("versions.manager"),
            value: (
              <>
                {status.version}{" "}
                {update?.state === "available" ? (
                  <Status state="warn">{t("versions.newer", { version: update.latest ?? "" })}</Status>
                ) : null}
              </>
            ),
          },
          {
            name: t("versions.running"),
            value: t("versions.since", {
              span: format.span(now - status.startedAt),
              time: format.dateTime(status.startedAt, now, { short: true }),
            }),
          },
          {
            name: t("versions.gateway"),
            value: gateway?.version ?? <Unknown reason={t("gateway.notSaid")} />,
          },
          { name: t("versions.database"), value: <code>{status.dbPath}</code> },
          {
            name: t("versions.links"),
            value: (
              <span className="row">
                {LINKS.map((link) => (
                  <a key={link.href} className="link" href={link.href} target="_blank" rel="noreferrer">
                    {link.name} <span aria-hidden="true">↗</span>
                    <span className="sr"> ({t("versions.newTab")})</span>
                  </a>
                ))}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  );
}
