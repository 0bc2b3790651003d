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
const change = (field, before, after) => ({ field, before: before ?? null, after: after ?? null });
const JOB = "5e1f7a90".repeat(4);
const KEYS = ["4f8a7cbf", "90c1d2e3"].map((part) => part.repeat(8));

/** As the manager records them (`tests/audit.rs`), newest first; repeated into the past. */
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
    subject: "ide-team-a",
    changes: [change("alias", null, "ide-team-a"), change("key_sha256", null, KEYS[0])],
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
    code: "request_failed",
  },
  {
    actor: browser,
    action: "gateway.change",
    subject: "http://cli-proxy-api:8317",
    changes: [fact("cpaConnection.managementKey", "changed"), change("collector.pollIntervalMs", "1000", "500")],
  },
  {
    actor: script,
    action: "export.download",
    subject: "/api/v1/events.csv",
    changes: [fact("from_ms", 1_795_874_083_000), fact("to_ms", 1_795_960_483_000), fact("limit", 5_000)],
  },
  {
    actor: script,
    action: "price.sync",
    changes: [
      fact("requested", 379),
      fact("sources", "models.dev, litellm"),
      change("models", "374", "375"),
      fact("added", 1),
      fact("changed", 1),
      fact("removed", 0),
      change("gpt-5.4/input_per_million", "1.25", "1.5"),
      fact("gpt-5.5-mini/input_per_million", "0.25"),
      fact("gpt-5.5-mini/source", "models.dev"),
    ],
  },
  { actor: browser, action: "view.save", subject: "nightly-failures", changes: [fact("page", "/requests")] },
  {
    actor: browser,
    action: "import.finish",
    subject: "usage-2026-10.jsonl",
    changes: [
      fact("format", "usage_service_jsonl"),
      fact("added", 41_278),
      fact("skipped", 12),
      fact("failed", 0),
      fact("unsupported", 0),
      fact("job", JOB),
    ],
  },
  {
    actor: browser,
    action: "import.start",
    subject: "usage-2026-10.jsonl",
    changes: [fact("job", JOB), fact("size_bytes", 18_874_368)],
  },
  {
    actor: other,
    action: "alias.save",
    changes: [
      fact("keys", KEYS.length),
      change(`${KEYS[0]}/alias`, "ide", "ide-team-b"),
      fact(`${KEYS[1]}/alias`, "ci-nightly"),
    ],
  },
  {
    actor: command,
    action: "admin_key.reset",
    changes: [fact("admin_key", "changed"), fact("key_origin", "generated")],
  },
  {
    actor: browser,
    action: "gateway.connect",
    subject: "http://cli-proxy-api:8317",
    changes: [
      fact("cpaConnection.cpaBaseUrl", "http://cli-proxy-api:8317"),
      fact("cpaConnection.managementKey", "changed"),
      fact("gateway/usage-statistics-enabled", true),
      fact("collector.enabled", true),
    ],
  },
  { actor: browser, action: "session.sign_out", changes: [fact("sessions", 1)] },
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

/** What is said of the names of keys: of one by the name, of several by their keys; nothing of none. */
function named(items, aliasOf) {
  const different = items
    .map(({ apiKeyHash, alias }) => ({ key: apiKeyHash, before: aliasOf(apiKeyHash), after: alias.trim() }))
    .filter(({ before, after }) => before !== after);
  const [{ key, before, after } = {}, second] = different;
  if (!key) return null;
  const changes = second
    ? [fact("keys", different.length), ...different.map((each) => change(`${each.key}/alias`, each.before, each.after))]
    : [change("alias", before, after), change("key_sha256", before && key, key)];
  return { action: "alias.save", subject: second ? null : after, changes };
}

export function auditRoutes({ state, json, refuse, seeded, priceOf, aliasOf, viewOf }) {
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
      const about = (...changes) => ({ action, subject: model, changes });
      if (action === "price.lock") return about(change("locked", String(!sent.locked), String(sent.locked)));
      if (action === "price.remove_version") {
        // The first version has no beginning to tell.
        const from = path.split("/").at(-1);
        return from === "0" ? about() : about(change("removed_from_ms", from, null));
      }
      const after = action === "price.remove" ? {} : sent.price ? { source: "manual", ...sent.price } : (was ?? {});
      const written = (value) => (value === undefined || value === null ? null : String(value));
      const changes = Object.entries({ ...RATES, source: "source" })
        .map(([name, field]) => change(field, written(was?.[name]), written(after[name])))
        .filter(({ before, after: now }) => before !== now);
      // Where everything is as before, nothing is recorded.
      return action === "price.save" && changes.length === 0 ? null : about(...changes);
    }
    const [, id] = /^\/api\/v1\/views\/(.+)$/.exec(path) ?? [];
    if (id && method === "DELETE") {
      const view = viewOf(id);
      return view ? { action: "view.remove", subject: view.name, changes: [change("page", view.page)] } : null;
    }
    switch (`${method} ${path.replace(/[0-9a-f]{32,}/, ":id")}`) {
      case "PUT /api/v1/price-versions":
        return {
          action: "price.versions",
          changes: [change("versioned", String(!sent.versioned), String(sent.versioned))],
        };
      case "POST /v0/management/model-prices/sync":
        return {
          action: "price.sync",
          changes: [
            fact("requested", sent.models?.length ?? 0),
            fact("sources", "models.dev, litellm"),
            fact("added", 0),
            fact("changed", 5),
            fact("removed", 0),
          ],
        };
      case "PUT /v0/management/api-key-aliases":
        return named(sent.items ?? [], aliasOf);
      case "DELETE /v0/management/api-key-aliases/:id": {
        const key = path.split("/").at(-1);
        const alias = aliasOf(key);
        return alias === null
          ? null
          : { action: "alias.remove", subject: alias, changes: [change("alias", alias), change("key_sha256", key)] };
      }
      case "POST /api/v1/views":
        return { action: "view.save", subject: sent.name, changes: [fact("page", sent.page)] };
      case "DELETE /api/v1/session":
        return { action: "session.sign_out", changes: [fact("sessions", 1)] };
      case "POST /setup":
        return {
          action: "gateway.connect",
          subject: sent.cpaBaseUrl,
          changes: [
            fact("cpaConnection.cpaBaseUrl", sent.cpaBaseUrl),
            fact("cpaConnection.managementKey", "changed"),
            fact("gateway/usage-statistics-enabled", true),
          ],
        };
      case "PUT /usage-service/config":
        return {
          action: "gateway.change",
          subject: state.upstream,
          changes: Object.entries(sent.config?.collector ?? {}).map(([name, value]) =>
            fact(`collector.${name}`, value),
          ),
        };
      case "POST /v0/management/usage/import-sessions":
        return {
          action: "import.start",
          subject: sent.filename ?? null,
          changes: [fact("job", JOB), fact("size_bytes", sent.size_bytes)],
        };
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
