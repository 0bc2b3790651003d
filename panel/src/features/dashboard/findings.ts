import type { Finding, Findings } from "../../api/analytics-types";
import { FIELDS } from "../../api/query";
import type { Key } from "../../i18n";
import { parseSearch, stringifySearch } from "../../lib/search";
import { type ViewSearch, validateFilters, validateRange } from "../../lib/view";
import type { State } from "../../ui/status";

/** The sentence of each finding that this panel knows; the server may know more. */
export const SENTENCES: Readonly<Record<string, Key | undefined>> = {
  failure_rate_high: "finding.failureRateHigh",
  credential_failing: "finding.credentialFailing",
  credential_without_success: "finding.credentialWithoutSuccess",
  model_failing: "finding.modelFailing",
  traffic_above_usual: "finding.trafficAboveUsual",
  traffic_below_usual: "finding.trafficBelowUsual",
  cost_above_usual: "finding.costAboveUsual",
  latency_above_usual: "finding.latencyAboveUsual",
  quota_used_up: "finding.quotaUsedUp",
  quota_nearly_used: "finding.quotaNearlyUsed",
  calls_without_price: "finding.callsWithoutPrice",
  collector_not_running: "finding.collectorNotRunning",
  collector_error: "finding.collectorError",
  records_may_be_missing: "finding.recordsMayBeMissing",
  database_trouble: "finding.databaseTrouble",
  index_building: "finding.indexBuilding",
};

/** Findings that began at some time; those of the last hour and those of a quota say themselves when. */
export const SINCE: ReadonlySet<string> = new Set([
  "credential_failing",
  "credential_without_success",
  "model_failing",
  "collector_not_running",
  "collector_error",
  "records_may_be_missing",
]);

export type StepPage = "/collector" | "/prices" | "/system";

interface Step {
  text: Key;
  /** The page on which it is done; without one it begins at the requests. */
  page?: StepPage;
}

/** What to do next, by the server's word for it. `undefined` = there is nothing to do. */
export const STEPS: Readonly<Record<string, Step | null | undefined>> = {
  look_at_failures: { text: "step.failures" },
  check_credential: { text: "step.failures" },
  check_model: { text: "step.failures" },
  look_at_traffic: { text: "step.showRequests" },
  look_at_cost: { text: "step.showRequests" },
  look_at_latency: { text: "step.showRequests" },
  wait_for_quota: { text: "step.showRequests" },
  add_prices: { text: "step.prices", page: "/prices" },
  check_connection: { text: "step.collector", page: "/collector" },
  look_at_gaps: { text: "step.collector", page: "/collector" },
  check_database: { text: "step.system", page: "/system" },
  wait: null,
};

/** Kinds of things that have requests. */
const WITH_REQUESTS: ReadonlySet<string> = new Set(["all", "credential", "model"]);
/** Findings that look back for a day; the others look back for an hour. */
const OF_A_DAY: ReadonlySet<string> = new Set([
  "credential_without_success",
  "calls_without_price",
  "quota_used_up",
  "quota_nearly_used",
]);

/** The query's field names as the address has them. `status` is the same in both. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(FIELDS).map(([name, field]): [string, string] => [field, name]),
  ["status", "status"],
]);

/** The requests behind a finding; none where it is not about requests, or where they cannot be told by an address. */
export function requestsOf(finding: Finding): ViewSearch | undefined {
  if (!WITH_REQUESTS.has(finding.subject.kind)) return undefined;
  const wanted: [string, string | string[]][] = [["range", OF_A_DAY.has(finding.code) ? "24h" : "1h"]];
  for (const [field, values] of Object.entries(finding.filter)) {
    const name = NAMES.get(field);
    if (name === undefined) return undefined;
    wanted.push([name, values]);
  }
  // Through the text of an address and back: the server's words get the same checks as a link.
  const search = parseSearch(stringifySearch(Object.fromEntries(wanted)));
  return { ...validateRange(search), ...validateFilters(search) };
}

export const SEVERITY: Readonly<Record<string, State | undefined>> = {
  critical: "bad",
  warning: "warn",
  info: "unknown",
};
const ORDER = Object.keys(SEVERITY);
const rank = ({ severity }: Finding) => (ORDER.indexOf(severity) + ORDER.length + 1) % (ORDER.length + 1);

/** The worst first, at most five lines. */
export function shownFindings(findings: readonly Finding[], most = 5): Finding[] {
  return [...findings].sort((a, b) => rank(a) - rank(b)).slice(0, most);
}

/** The worst that is said of an account; the server speaks of its credentials. */
export function findingOf(account: string, findings: readonly Finding[]): Finding | undefined {
  return shownFindings(findings, findings.length).find(
    ({ subject, severity }) => subject.kind === "credential" && subject.name === account && severity !== "info",
  );
}

export const VERDICTS: Readonly<Record<string, State | undefined>> = {
  ok: "ok",
  attention: "warn",
  trouble: "bad",
  unknown: "stale",
};

/** The verdict's words: a key, and how many things it counts; never of none. */
export function titleOf(found: Pick<Findings, "verdict" | "findings">): {
  key: Key;
  n: number;
  /** What there is to watch besides. */
  watch: number;
} {
  const of = (wanted: Finding["severity"]) => found.findings.filter(({ severity }) => severity === wanted);
  const watch = of("warning").length;
  switch (found.verdict) {
    case "ok":
      return { key: "verdict.ok", n: 0, watch: 0 };
    case "attention":
      return { key: watch > 0 ? "verdict.attention" : "verdict.attentionOnly", n: watch, watch: 0 };
    case "trouble": {
      const broken = of("critical");
      if (broken.length === 0) return { key: "verdict.troubleOnly", n: 0, watch };
      if (broken.some(({ subject }) => subject.kind !== "credential")) {
        return { key: "verdict.trouble", n: broken.length, watch };
      }
      const accounts = new Set(broken.map(({ subject }) => subject.name || subject.id));
      return { key: "verdict.troubleAccounts", n: accounts.size, watch };
    }
    default:
      return { key: "verdict.unknown", n: 0, watch: 0 };
  }
}
