// The routes behind the "Manage" pages: preferences, sessions, storage, diagnostics, collector test, aliases, imports.
import { createHash, randomBytes } from "node:crypto";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const CHUNK = 4 * 1024 * 1024;
const LOCKABLE = ["cpaConnection", "collector.collectorMode"];

const hash = (text) => createHash("sha256").update(text).digest("hex");

/** Keys that the gateway accepts: those of the events but one, and one that never sent a request. */
const CLIENT_KEYS = [
  ["4f8a7cbf".repeat(8), "sk-…7cbf"],
  ["90c1d2e3".repeat(8), "sk-…d2e3"],
  ["aa17bb28".repeat(8), "sk-…bb28"],
  ["5e5e5e5e".repeat(8), "sk-…5e5e"],
].map(([api_key_hash, masked]) => ({ api_key_hash, masked }));

export function manageRoutes({ state, sessions, events, live, json, refuse, managementKey }) {
  const now = () => Date.now();
  const known = new Map();
  const old = { id: "b7c1d2e3f4a59687", created_at_ms: now() - 5 * DAY, last_used_at_ms: now() - 26 * HOUR };
  const others = [
    {
      ...old,
      expires_at_ms: now() + 2 * DAY,
      client: "198.51.100.24",
      user_agent:
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
      current: false,
    },
    {
      id: "a1b2c3d4e5f60718",
      created_at_ms: now() - 3 * HOUR,
      last_used_at_ms: now() - 11 * 60_000,
      expires_at_ms: now() + 9 * HOUR,
      client: "203.0.113.9",
      user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
      current: false,
    },
  ];
  let preferences = { time_zone: "", language: "", theme: "", density: "" };
  const config = {
    cpaConnection: {},
    collector: {
      enabled: true,
      collectorMode: "auto",
      queue: "usage",
      popSide: "right",
      batchSize: 100,
      pollIntervalMs: 500,
      queryLimit: 50_000,
      tlsSkipVerify: false,
      ensureUsageStatisticsEnabled: true,
    },
  };
  let publishing = true;
  let aliases = [
    { apiKeyHash: "4f8a7cbf".repeat(8), alias: "ide-team-a", updatedAtMs: now() - 20 * DAY },
    { apiKeyHash: "90c1d2e3".repeat(8), alias: "ci-nightly", updatedAtMs: now() - 12 * DAY },
    { apiKeyHash: "dead0000".repeat(8), alias: "old-laptop", updatedAtMs: now() - 200 * DAY },
  ];
  const imports = new Map();

  const sessionList = (token) => {
    if (!known.has(token)) known.set(token, now());
    const mine = {
      id: hash(token).slice(0, 16),
      created_at_ms: known.get(token),
      last_used_at_ms: now(),
      expires_at_ms: known.get(token) + 12 * HOUR,
      client: "127.0.0.1",
      user_agent:
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
      current: true,
    };
    return [mine, ...others];
  };

  const storage = () => {
    const count = events.length;
    const { database } = live();
    return {
      events: count,
      first_event_ms: state.oldest ?? events[0]?.row.timestamp_ms ?? null,
      last_event_ms: events.at(-1)?.row.timestamp_ms ?? null,
      database_bytes: database.databaseBytes,
      free_bytes: 1_310_720,
      wal_bytes: database.walBytes,
      bytes_per_event: count > 0 ? 271.4 : null,
      dead_letters: 1,
    };
  };

  const configAnswer = () => ({
    config: {
      cpaConnection: { cpaBaseUrl: state.upstream, ...(state.configured ? { managementKey: "********" } : {}) },
      collector: config.collector,
    },
    source: state.locked ? "env" : state.configured ? "db" : "",
    cpaUsage: {
      usageStatisticsEnabled: publishing,
      redisUsageQueueRetentionSeconds: 60,
      retentionSourceDefault: false,
    },
    locked: state.locked ? LOCKABLE : [],
  });

  const putConfig = (response, wanted) => {
    const { cpaConnection = {}, collector = {} } = wanted ?? {};
    const poll = collector.pollIntervalMs ?? config.collector.pollIntervalMs;
    if (poll > 60_000)
      return refuse(
        response,
        400,
        "poll_interval_exceeds_retention",
        "the poll interval is longer than the gateway keeps records",
        "Use 60000 ms or less.",
      );
    const key = cpaConnection.managementKey;
    if (key && key !== "********" && key !== managementKey)
      return refuse(
        response,
        401,
        "wrong_key",
        "the gateway refused the management key",
        "Enter the right management key, or correct it in CPA and press retry.",
      );
    if (cpaConnection.cpaBaseUrl) state.upstream = cpaConnection.cpaBaseUrl;
    Object.assign(config.collector, collector);
    state.collector = config.collector.enabled ? "running" : "stopped";
    return json(response, 200, configAnswer());
  };

  const works = (name, text) => ({ name, state: "ok", text });
  /** The live test of the saved connection. `trial` puts other lines in place of some. */
  const collectorTest = () => {
    const off = {
      name: "publishing",
      state: "failed",
      code: "publishing_off",
      text: "usage publishing is off in the gateway",
      hint: "switch it on here, or set `usage-statistics-enabled: true` in CPA's config.yaml",
    };
    const lines = [
      works("key", "the gateway answers over HTTP and takes the management key"),
      works("resp", "the gateway takes the management key over RESP"),
      works("subscribe", "records can be pushed to the manager as they come"),
      works("http", "records can be taken from the HTTP queue"),
      publishing ? works("publishing", "the gateway publishes usage records") : off,
      works("retention", "the gateway keeps records that nobody takes for 60 s"),
    ].map((line) => state.trial?.find(({ name }) => name === line.name) ?? line);
    const transport = ["subscribe", "http"].find((way) =>
      lines.some(({ name, state }) => name === way && state === "ok"),
    );
    return {
      ok: publishing && transport !== undefined,
      transport: transport ?? null,
      retention_seconds: 60,
      checks: lines,
    };
  };

  const putAliases = (response, { items = [], activeApiKeyHashes = [], allowOrphanAliasCleanup }) => {
    let next = aliases;
    for (const item of items) {
      const alias = item.alias.trim();
      const bad = alias === "" || alias.length > 120 || !/^[0-9a-f]{64}$/.test(item.apiKeyHash);
      if (bad) return refuse(response, 400, "request_failed", "an alias has 1 to 120 characters");
      const clash = next.find(
        (other) => other.apiKeyHash !== item.apiKeyHash && other.alias.toLowerCase() === alias.toLowerCase(),
      );
      if (clash) {
        const orphan = activeApiKeyHashes.length > 0 && !activeApiKeyHashes.includes(clash.apiKeyHash);
        if (!orphan || !allowOrphanAliasCleanup)
          return refuse(response, 400, "api_key_alias_duplicate", "another key has this alias");
        next = next.filter((other) => other !== clash);
      }
      next = [
        ...next.filter(({ apiKeyHash }) => apiKeyHash !== item.apiKeyHash),
        { apiKeyHash: item.apiKeyHash, alias, updatedAtMs: now() },
      ];
    }
    aliases = next.sort((a, b) => a.alias.toLowerCase().localeCompare(b.alias.toLowerCase()));
    return json(response, 200, { items: aliases });
  };

  const finishImport = (session) => {
    session.status = "processing";
    setTimeout(() => {
      if (session.status !== "processing") return;
      const lines = session.text.split("\n").filter((line) => line.trim() !== "");
      const errors = [];
      lines.forEach((line, index) => {
        try {
          JSON.parse(line);
        } catch {
          errors.push({ line: index + 1, error: "not a JSON object" });
        }
      });
      session.status = "completed";
      session.result = {
        format: "usage_service_jsonl",
        added: lines.length - errors.length,
        skipped: 0,
        total: lines.length - errors.length,
        failed: errors.length,
        unsupported: 0,
        warnings: null,
        line_errors: errors,
      };
    }, 600);
  };
  const shown = ({ text, ...session }) => session;
  const importRoutes = (method, path, url, sent, body, response) => {
    if (method === "POST" && path.endsWith("/import-sessions")) {
      const same = [...imports.values()].find(
        (session) =>
          sent.resume_key && session.resume_key === sent.resume_key && session.size_bytes === sent.size_bytes,
      );
      if (same) return json(response, 201, shown(same));
      const session = {
        id: randomBytes(16).toString("hex"),
        filename: sent.filename || "usage-import.jsonl",
        resume_key: sent.resume_key,
        status: "uploading",
        size_bytes: sent.size_bytes,
        received_bytes: 0,
        chunk_size_bytes: Math.min(state.chunk ?? CHUNK, sent.size_bytes),
        created_at_ms: now(),
        updated_at_ms: now(),
        expires_at_ms: now() + DAY,
        retryable: false,
        text: "",
      };
      imports.set(session.id, session);
      return json(response, 201, shown(session));
    }
    const [, id, action] = /import-sessions\/([0-9a-f]{32})(?:\/(\w+))?$/.exec(path) ?? [];
    const session = imports.get(id);
    if (!session) return refuse(response, 404, "usage_import_session_not_found", "no such import");
    if (method === "PUT" && action === "chunk") {
      if (Number(url.searchParams.get("offset")) !== session.received_bytes)
        return refuse(response, 409, "usage_import_session_conflict", "the offset is not what was received so far");
      session.received_bytes += Buffer.byteLength(body);
      session.text += body;
      session.updated_at_ms = now();
      if (session.received_bytes >= session.size_bytes) session.status = "ready";
      return json(response, 200, shown(session));
    }
    if (method === "POST" && action === "complete") {
      finishImport(session);
      return json(response, 202, shown(session));
    }
    if (method === "DELETE") session.status = "cancelled";
    return json(response, 200, shown(session));
  };

  const models = () => [...new Set(events.map(({ row }) => row.resolved_model))].sort();

  const aliasOf = (key) => aliases.find(({ apiKeyHash }) => apiKeyHash === key)?.alias ?? null;
  /** Answers and returns true when the route is one of these. */
  const handle = ({ method, path, url, sent, body, token, response }) => {
    const route = `${method} ${path}`;
    const answer = (status, value) => {
      json(response, status, value);
      return true;
    };
    const empty = () => {
      response.writeHead(204);
      response.end();
      return true;
    };
    if (path.startsWith("/v0/management/usage/import-sessions")) {
      importRoutes(method, path, url, sent, body, response);
      return true;
    }
    const alias = /^\/v0\/management\/api-key-aliases\/([0-9a-f]{64})$/.exec(path);
    if (alias && method === "DELETE") {
      aliases = aliases.filter(({ apiKeyHash }) => apiKeyHash !== alias[1]);
      return answer(200, { ok: true });
    }
    const session = /^\/api\/v1\/sessions\/([0-9a-f]+)$/.exec(path);
    if (session && method === "DELETE") {
      if (session[1] === hash(token).slice(0, 16)) sessions.delete(token);
      const at = others.findIndex(({ id }) => id === session[1]);
      if (at >= 0) others.splice(at, 1);
      return empty();
    }
    switch (route) {
      case "GET /api/v1/preferences":
        return answer(200, preferences);
      case "PUT /api/v1/preferences":
        preferences = { time_zone: "", language: "", theme: "", density: "", ...sent };
        return answer(200, preferences);
      case "GET /api/v1/sessions":
        return answer(200, { items: sessionList(token) });
      case "DELETE /api/v1/sessions":
        return answer(200, { ended: others.splice(0).length });
      case "GET /api/v1/storage":
        return answer(200, storage());
      case "GET /api/v1/diagnostics": {
        const name = `cpamp-diagnostics-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}.json`;
        response.writeHead(200, {
          "Content-Type": "application/json",
          "Content-Disposition": `attachment; filename="${name}"`,
        });
        response.end(JSON.stringify({ manager: "v2.0.0", storage: storage(), status: live() }, null, 2));
        return true;
      }
      case "POST /api/v1/collector/test":
        return answer(200, collectorTest());
      case "GET /usage-service/config":
        return answer(200, configAnswer());
      case "PUT /usage-service/config":
        putConfig(response, sent.config);
        return true;
      case "PUT /v0/management/usage-statistics-enabled":
        publishing = sent.value === true;
        return answer(200, { status: "ok" });
      case "POST /__publishing":
        publishing = sent.value;
        return empty();
      case "GET /usage-service/account-processing-policy": {
        const off = {
          enabled: false,
          configured: false,
          source: "startup",
          locked: false,
          envKey: "",
          configFileKey: "",
        };
        return answer(200, {
          source: "startup",
          codexQuotaCooldown: off,
          authIssueQueue: off,
          authIssueAutoDisable: off,
        });
      }
      case "GET /api/v1/client-keys":
        if (state.keysUnknown) return refuse(response, 502, "unreachable", "the gateway does not answer") ?? true;
        return answer(200, { items: CLIENT_KEYS });
      case "GET /api/v1/models":
        return answer(200, { items: models().map((id) => ({ id })) });
      case "GET /api/v1/settings":
        return answer(200, {
          items: [
            { name: "HTTP_ADDR", source: "environment" },
            { name: "USAGE_DATA_DIR", source: "environment" },
            ...(state.locked
              ? [{ name: "CPA_UPSTREAM_URL", source: "environment", member: "cpaConnection.cpaBaseUrl" }]
              : []),
          ],
        });
      case "GET /v0/management/api-key-aliases":
        return answer(200, { items: aliases });
      case "PUT /v0/management/api-key-aliases":
        putAliases(response, sent);
        return true;
      default:
        return false;
    }
  };
  return Object.assign(handle, { aliasOf });
}
