import type { Finding } from "../../api/analytics-types";
import type { Key } from "../../i18n";
import { parseSearch, stringifySearch } from "../../lib/search";
import { type ViewSearch, validateFilters, validateRange } from "../../lib/view";
import type { State } from "../../ui/status";

/** The sentence of each finding that this panel knows; the server may know more. */
export const SENTENCES: Readonly<Record<string, Key | undefined>> = {
  account_out_of_quota: "finding.accountOutOfQuota",
  credential_refused: "finding.credentialRefused",
  quota_nearly_used: "finding.quotaNearlyUsed",
  model_without_price: "finding.modelWithoutPrice",
  failure_rate_high: "finding.failureRateHigh",
  first_token_slow: "finding.firstTokenSlow",
  cost_above_usual: "finding.costAboveUsual",
  traffic_stopped: "finding.trafficStopped",
  upstream_overloaded: "finding.upstreamOverloaded",
  records_lost: "finding.recordsLost",
  collector_stopped: "finding.collectorStopped",
};

const STEPS: Readonly<Record<string, Key | undefined>> = {
  show_requests: "step.showRequests",
  open_account: "step.openAccount",
  set_price: "step.setPrice",
  sign_in_again: "step.showRequests",
  open_collector: "step.openCollector",
};

export function stepOf(finding: Finding): Key {
  return STEPS[finding.next_step?.code ?? ""] ?? "step.showRequests";
}

export const SEVERITY: Record<Finding["severity"], State> = {
  act: "bad",
  watch: "warn",
  note: "unknown",
  unknown: "unknown",
};

/** Where a finding leads: the requests behind it, or the page that the server names. Never out of the panel. */
export function targetOf(finding: Finding): { requests: ViewSearch } | { path: "/collector" } | undefined {
  const href = finding.next_step?.href;
  if (href === "/collector" || finding.next_step?.code === "open_collector") return { path: "/collector" };
  if (!finding.filter) return undefined;
  // Through the text of an address and back: the server's words get the same checks as a link.
  const search = parseSearch(stringifySearch(finding.filter));
  return { requests: { ...validateRange(search), ...validateFilters(search) } };
}

/** The worst first, at most five lines. */
export function shownFindings(findings: readonly Finding[], most = 5): Finding[] {
  const order: Finding["severity"][] = ["act", "watch", "unknown", "note"];
  return order.flatMap((severity) => findings.filter((finding) => finding.severity === severity)).slice(0, most);
}
