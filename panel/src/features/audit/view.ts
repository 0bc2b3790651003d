import type { AuditAction, AuditActor, AuditChange, AuditEntry, AuditQuery, AuditTrail } from "../../api/audit";
import type { Key } from "../../i18n";
import { toCsv } from "../../lib/csv";
import { DEFAULT_RANGE, isByHand, type RangeSearch, spanOf } from "../../lib/range";
import { list, milliseconds, text } from "../../lib/search";
import { changed, type ViewSearch, validateRange } from "../../lib/view";

/** The manager takes 512 bytes, and a character may need three. */
const LONGEST_TEXT = 170;

/** The state of the page as it stands in its address. Without a range it is all time: a trail is read from its end. */
export interface AuditSearch extends RangeSearch {
  /** Codes of actions, or groups of them. */
  action?: string[];
  q?: string;
  /** The entry that the drawer shows. */
  drawer?: number;
}

/** The groups of actions, in the order of the filter. */
export const GROUPS: Readonly<Record<string, Key>> = {
  session: "login.title",
  admin_key: "login.key",
  gateway: "settings.connection",
  price: "nav.prices",
  alias: "nav.keys",
  view: "views.label",
  import: "import.start",
  export: "table.export",
  relay: "audit.relay",
  database: "versions.database",
};

/** What was done, by its code; in the words of the button that does it, where there is one. */
export const ACTIONS: Readonly<Record<AuditAction, Key>> = {
  "session.sign_in": "login.submit",
  "session.sign_out": "session.signOut",
  "session.refused": "audit.refused",
  "admin_key.create": "audit.adminKeyCreate",
  "admin_key.reset": "audit.adminKeyReset",
  "gateway.connect": "setup.title",
  "gateway.change": "audit.change",
  "gateway.retry": "collector.retry",
  "price.save": "price.save",
  "price.remove": "price.remove",
  "price.remove_version": "audit.priceRemoveVersion",
  "price.lock": "audit.priceLock",
  "price.all_history": "version.apply",
  "price.replace_all": "audit.priceReplaceAll",
  "price.sync": "sync.start",
  "price.versions": "price.keepVersions",
  "alias.save": "clients.sheet",
  "alias.remove": "clients.remove",
  "view.save": "audit.viewSave",
  "view.remove": "audit.viewRemove",
  "import.start": "transfer.import",
  "import.finish": "import.completed",
  "import.cancel": "import.cancel",
  "export.download": "table.export",
  "relay.write": "audit.relay",
  "database.migrated": "audit.migrated",
};

/** Why it failed. Other codes are refusals, which have words of their own. */
export const REASONS: Readonly<Record<string, Key | undefined>> = {
  cancelled: "import.cancelled",
  gateway_refused: "audit.gatewayRefused",
  gateway_timeout: "audit.gatewayTimeout",
  interrupted: "audit.interrupted",
  invalid_admin_key: "audit.wrongKey",
  model_price_sync_failed: "audit.syncFailed",
  outcome_unknown: "audit.outcomeUnknown",
  request_failed: "audit.requestFailed",
  storage_unavailable: "audit.notStored",
  unreadable: "audit.reasonUnreadable",
  usage_import_invalid: "audit.importInvalid",
};

export const ACTORS: Readonly<Record<AuditActor, Key>> = {
  browser: "audit.browser",
  bearer: "login.key",
  command_line: "audit.commandLine",
  manager: "foot.manager",
};

/** The words for an action's group. */
export function groupOf(action: string): Key | undefined {
  return GROUPS[action.split(".")[0] ?? action];
}

/** What the filter offers: the groups, and after its group a single action that an address chose. */
export function filterOptions(chosen: readonly string[] = []): [value: string, label: Key][] {
  const single = Object.entries(ACTIONS).filter(([code]) => chosen.includes(code));
  return Object.entries(GROUPS).flatMap((group) => [
    group,
    ...single.filter(([code]) => code.startsWith(`${group[0]}.`)),
  ]);
}

export function validateAudit(search: Record<string, unknown>): AuditSearch {
  const found: AuditSearch = validateRange({ from: search.from, to: search.to, range: search.range });
  // Elsewhere an address without a range means the last day; here it means all time.
  if (found.range === "all") delete found.range;
  if (!isByHand(found) && text(search.range, 10) === DEFAULT_RANGE) found.range = DEFAULT_RANGE;
  const action = list(search.action)?.filter((code) => Object.hasOwn(GROUPS, code) || Object.hasOwn(ACTIONS, code));
  if (action && action.length > 0) found.action = action;
  const q = text(search.q, LONGEST_TEXT);
  if (q) found.q = q;
  const drawer = milliseconds(search.drawer);
  if (drawer !== undefined && drawer > 0) found.drawer = drawer;
  return found;
}

/** The view as the bar of filters wants it, which writes no range for the last day. */
export function toBar({ drawer: _, ...search }: AuditSearch): ViewSearch {
  return isByHand(search) ? search : { ...search, range: search.range ?? "all" };
}

export function fromBar(view: ViewSearch): AuditSearch {
  const range = isByHand(view) ? undefined : (view.range ?? DEFAULT_RANGE);
  return validateAudit(changed(view, { range }) as Record<string, unknown>);
}

export function auditQuery(search: AuditSearch, now: number, zone: string): AuditQuery {
  const { from, to } = spanOf(toBar(search), now, zone);
  return { action: search.action, q: search.q, from_ms: from, to_ms: to };
}

/**
 * The newest page and what was shown before, as one. Ids only grow, and an entry never changes; where entries between the
 * two may be missing, the new page stands alone.
 */
export function refreshed(newest: AuditTrail, shown: AuditTrail | undefined): AuditTrail {
  const [last, first] = [newest.entries.at(-1)?.id, shown?.entries[0]?.id];
  const next = newest.next_before ?? null;
  if (!shown || first === undefined || last === undefined || next === null || last > first) return newest;
  const before = shown.next_before ?? null;
  return {
    ...newest,
    entries: [...newest.entries, ...shown.entries.filter(({ id }) => id < last)],
    next_before: before === null ? null : Math.min(before, next),
  };
}

/** Whether the address narrows the trail. */
export function isNarrowed({ action, q, range, from, to }: AuditSearch): boolean {
  return [action, q, range, from, to].some((each) => each !== undefined);
}

export interface Target {
  to: "/prices" | "/prices/edit" | "/keys" | "/settings" | "/requests";
  search?: Record<string, string>;
}

/** Where each group is shown. */
const PLACES: Readonly<Record<string, Target | undefined>> = {
  alias: { to: "/keys" },
  gateway: { to: "/settings", search: { section: "connection" } },
  session: { to: "/settings", search: { section: "sessions" } },
  import: { to: "/requests", search: { range: "all" } },
  price: { to: "/prices" },
};

/** Actions on prices that are about no single model. */
const OF_ALL_PRICES = ["price.sync", "price.replace_all", "price.versions"];

/** Where that stands what an entry is about; absent where no page shows it. */
export function targetOf({ action, subject }: Pick<AuditEntry, "action" | "subject">): Target | undefined {
  const group = action.split(".")[0] ?? action;
  return group === "price" && subject && !OF_ALL_PRICES.includes(action)
    ? { to: "/prices/edit", search: { model: subject } }
    : PLACES[group];
}

/** One change in a line of text, for a file. */
function written({ field, before, after }: AuditChange): string {
  return `${field}: ${before ?? ""} → ${after ?? ""}`;
}

/** The entries that are shown, as a file. Codes and UTC times: it is for programs as well. */
export function auditCsv(entries: readonly AuditEntry[]): string {
  return toCsv(
    ["id", "time", "actor", "address", "action", "subject", "outcome", "code", "changes"],
    entries.map((entry) => [
      entry.id,
      new Date(entry.time_ms).toISOString(),
      entry.actor.kind,
      entry.actor.address ?? null,
      entry.action,
      entry.subject ?? null,
      entry.outcome,
      entry.code ?? null,
      entry.changes.map(written).join("; "),
    ]),
  );
}
