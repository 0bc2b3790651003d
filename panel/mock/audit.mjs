// The audit trail of the mock: some weeks of it, and whatever is changed through the mock.
const HOUR = 3_600_000;
const MOST = 500;
const KEPT = 50_000;

const browser = { kind: "browser", address: "203.0.113.9" };
const other = { kind: "browser", address: "2001:db8::7:24" };
const script = { kind: "bearer", address: "198.51.100.24" };
const command = { kind: "command_line", address: null };
const manager = { kind: "manager", address: null };
const fact = (field, after) => ({ field, before: null, after: String(after) });

/** Newest first; repeated into the past. */
const TEMPLATES = [
  {
    actor: browser,
    action: "price.save",
    subject: "gpt-5.4",
    changes: [
      { field: "input_per_million", before: "1.25", after: "1.5" },
      { field: "output_per_million", before: "10", after: "12" },
      { field: "cache_read_per_million", before: "0.125", after: null },
      { field: "valid_from_ms", before: null, after: "1795874083000" },
    ],
  },
  { actor: browser, action: "session.sign_in" },
  { actor: { ...script, address: "192.0.2.77" }, action: "session.refused", code: "invalid_admin_key" },
  {
    actor: other,
    action: "alias.save",
    subject: "sk-…7cbf",
    changes: [{ field: "alias", before: null, after: "ide-team-a" }],
  },
  {
    actor: other,
    action: "price.lock",
    subject: "gpt-5.5",
    changes: [{ field: "locked", before: "false", after: "true" }],
  },
  { actor: script, action: "relay.write", subject: "PUT /v0/management/debug", changes: [fact("status", 200)] },
  {
    actor: script,
    action: "relay.write",
    subject: "PATCH /v0/management/request-retry",
    code: "gateway_unreachable",
  },
  {
    actor: browser,
    action: "gateway.change",
    subject: "http://cli-proxy-api:8317",
    changes: [
      { field: "collector.pollIntervalMs", before: "1000", after: "500" },
      { field: "cpaConnection.managementKey", before: null, after: "changed" },
    ],
  },
  { actor: script, action: "export.download", subject: "/api/v1/events/export", changes: [fact("format", "csv")] },
  {
    actor: script,
    action: "price.sync",
    subject: "models.dev, litellm",
    changes: [fact("imported", 5), fact("skipped", 374), fact("preserved", 1)],
  },
  { actor: browser, action: "view.save", subject: "nightly-failures" },
  {
    actor: browser,
    action: "import.finish",
    subject: "usage-2026-10.jsonl",
    changes: [fact("added", 41_278), fact("skipped", 12), fact("failed", 0)],
  },
  { actor: browser, action: "import.start", subject: "usage-2026-10.jsonl" },
  { actor: command, action: "admin_key.reset" },
  { actor: browser, action: "gateway.connect", subject: "http://cli-proxy-api:8317" },
  { actor: browser, action: "session.sign_out" },
];
const MIGRATION = {
  actor: manager,
  action: "database.migrated",
  changes: [{ field: "schema", before: "2", after: "3" }],
};

const RATES = {
  prompt: "input_per_million",
  completion: "output_per_million",
  cache: "cache_per_million",
  cacheRead: "cache_read_per_million",
  cacheCreation: "cache_creation_per_million",
};
const DONE = 400;

export function auditRoutes({ state, json, refuse, seeded, priceOf }) {
  /** Oldest first. */
  const entries = [];
  const add = (at, { subject = null, code = null, changes = [], ...entry }) =>
    entries.push({
      id: entries.length + 1,
      time_ms: at,
      ...entry,
      subject,
      outcome: code ? "failed" : "done",
      code,
      changes,
    });
  if (seeded) {
    const count = 260;
    add(Date.now() - (count + 1) * 2.5 * HOUR, MIGRATION);
    for (let back = count; back > 0; back -= 1)
      add(Date.now() - (back - 0.9) * 2.5 * HOUR, TEMPLATES[(back - 1) % TEMPLATES.length]);
  }

  /** What a request changes, when it is answered well. */
  const told = ({ method, path, sent }) => {
    const price = /^\/api\/v1\/prices\/([^/]+)(?:\/([a-z-]+))?/.exec(path);
    if (price && price[1] !== "preview") {
      const model = decodeURIComponent(price[1]);
      const was = priceOf(model);
      const action =
        price[2] === "lock"
          ? "price.lock"
          : price[2] === "versions"
            ? "price.remove_version"
            : price[2] === "apply-to-all-history"
              ? "price.all_history"
              : method === "DELETE"
                ? "price.remove"
                : "price.save";
      const after = action === "price.remove" ? {} : (sent.price ?? was ?? {});
      const written = (value) => (value === undefined || value === null ? null : String(value));
      return {
        action,
        subject: model,
        changes: Object.entries(RATES)
          .map(([rate, field]) => ({ field, before: written(was?.[rate]), after: written(after[rate]) }))
          .filter(({ before, after: now }) => before !== now),
      };
    }
    switch (`${method} ${path.replace(/[0-9a-f]{32,}/, ":id")}`) {
      case "PUT /api/v1/price-versions":
        return { action: "price.versions", changes: [fact("versioned", sent.versioned)] };
      case "POST /v0/management/model-prices/sync":
        return { action: "price.sync", subject: "models.dev, litellm", changes: [fact("imported", 5)] };
      case "PUT /v0/management/api-key-aliases":
        return {
          action: "alias.save",
          subject: sent.items?.[0]?.apiKeyHash?.slice(0, 8) ?? null,
          changes: (sent.items ?? []).map(({ alias }) => ({ field: "alias", before: null, after: alias })),
        };
      case "DELETE /v0/management/api-key-aliases/:id":
        return { action: "alias.remove" };
      case "POST /api/v1/views":
        return { action: "view.save", subject: sent.name };
      case "DELETE /api/v1/session":
        return { action: "session.sign_out" };
      case "POST /setup":
        return { action: "gateway.connect", subject: sent.cpaBaseUrl };
      case "PUT /usage-service/config":
        return { action: "gateway.change", subject: state.upstream };
      case "POST /v0/management/usage/import-sessions":
        return { action: "import.start", subject: sent.filename ?? null };
      default:
        return path.startsWith("/v0/management/") &&
          !/^\/v0\/management\/(monitoring|usage|quota-snapshots|model-prices)/.test(path)
          ? { action: "relay.write", subject: `${method} ${path}` }
          : null;
    }
  };

  /** Records what the request changes once it was answered. */
  const watch = ({ method, path, sent, response, actor = { kind: "browser", address: "127.0.0.1" } }) => {
    if (method === "GET") return;
    const entry = told({ method, path, sent });
    if (!entry) return;
    response.on("finish", () => {
      if (response.statusCode < DONE) add(Date.now(), { actor, ...entry });
    });
  };
  const signedIn = (code) =>
    add(Date.now(), {
      actor: { kind: "browser", address: "127.0.0.1" },
      action: code ? "session.refused" : "session.sign_in",
      code: code ?? null,
    });

  /** Reads the trail and returns true, or records what the request changes. */
  const handle = ({ method, path, url, sent, response }) => {
    watch({ method, path, sent, response });
    if (method !== "GET" || path !== "/api/v1/audit") return false;
    const number = (name, usual) => {
      const found = url.searchParams.get(name);
      return found === null ? usual : Number(found);
    };
    const limit = number("limit", 100);
    if (!(limit >= 1 && limit <= MOST)) {
      refuse(response, 400, "invalid_parameter", "`limit` must be from 1 to 500");
      return true;
    }
    const [before, from, to] = [number("before", Infinity), number("from_ms", 0), number("to_ms", Infinity)];
    const actions = url.searchParams.getAll("action").flatMap((value) => value.split(","));
    const q = (url.searchParams.get("q") ?? "").toLowerCase();
    const found = entries.filter(
      ({ id, time_ms, action, subject, actor }) =>
        id < before &&
        time_ms >= from &&
        time_ms < to &&
        (actions.length === 0 || actions.some((each) => each === action || each === action.split(".")[0])) &&
        [subject, actor.address].some((text) => (text ?? "").toLowerCase().includes(q)),
    );
    const page = found.slice(-limit).reverse();
    json(response, 200, {
      entries: page,
      next_before: found.length > limit ? page.at(-1).id : null,
      oldest_ms: entries[0]?.time_ms ?? null,
      kept: KEPT,
      dropped: state.auditDropped ?? 0,
    });
    return true;
  };
  return Object.assign(handle, { signedIn });
}
