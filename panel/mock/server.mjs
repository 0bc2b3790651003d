// A stand-in for the manager, for developing and testing the panel only. It follows the HTTP API with made-up data.
// It can be told to misbehave under /__mock/…; nothing of it is part of the built page.
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { answer } from "./analytics.mjs";
import { auditRoutes } from "./audit.mjs";
import { fromRecord, generator } from "./data.mjs";
import { facets } from "./events.mjs";
import { MANAGEMENT_KEY, refusalOf, refusals, testAnswer } from "./gateway.mjs";
import { gatewayRoutes } from "./gateway-routes.mjs";
import { ofEvent, pastGaps, history as weeks } from "./history.mjs";
import { manageRoutes } from "./manage.mjs";
import { monitorRoutes } from "./monitor.mjs";
import { contentSecurityPolicy } from "./page.mjs";
import { priceRoutes } from "./prices.mjs";

const CHECKPOINT = { mode: "passive", busy: 0, logFrames: 510, checkpointedFrames: 510, durationMs: 12 };
const PAGE = new URL("../dist/management.html", import.meta.url);
const ADMIN_KEY = process.env.CPAMP_ADMIN_KEY ?? "cmp_admin_mock";
const KEY_HINT = "log in with the CPAMP admin key (cmp_admin_…, printed once in the start-up log)";
const HOUR = 3_600_000;

export function startMock({
  port = 0,
  host = "0.0.0.0",
  configured = true,
  rate = 2,
  history = 1_500,
  page: withPage = true,
} = {}) {
  const startedAt = Date.now() - 5 * HOUR;
  const request = generator();
  const sessions = new Set();
  const streams = new Set();
  /** Newest last, in the order of storing. */
  const events = [];
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  const state = {
    configured,
    connectionState: configured ? "ok" : "not_configured",
    collector: configured ? "running" : "stopped",
    failures: 0,
    down: false,
    rate,
    streamsOpened: 0,
    error: null,
    upstream: configured ? "http://cli-proxy-api:8317" : "",
    full: true,
    managementKey: MANAGEMENT_KEY,
    directCalls: 0,
    refusedCalls: 0,
  };
  let gaps = configured ? pastGaps() : [];

  if (configured) {
    let at = Date.now() - history * 40_000;
    for (let count = 0; count < history; count += 1) {
      at += 40_000;
      events.push(...request(nextId, Math.min(at, Date.now() - 1_000)));
    }
  }

  // Weeks of small rows for the analytics routes, then the events themselves.
  const older = configured && history > 0 ? weeks(events[0]?.row.timestamp_ms ?? Date.now()) : [];
  state.oldest = older[0]?.at;
  const made = [];
  const world = {
    views: [],
    verdict: undefined,
    rows() {
      while (made.length < events.length) made.push(ofEvent(events[made.length]));
      return [...older, ...made];
    },
  };

  const live = () => {
    const now = Date.now();
    const running = state.collector === "running";
    return {
      eventCount: events.length,
      collector: {
        collector: running ? "running" : state.collector === "stopped" ? "stopped" : "error",
        state: state.collector,
        upstream: state.upstream,
        mode: "auto",
        transport: running ? "subscribe" : "",
        queue: "usage",
        lastConsumedAt: now,
        lastInsertedAt: now,
        totalInserted: events.length,
        totalSkipped: 3,
        deadLetters: 1,
        lastError: state.error ? `${state.error.stage}: ${state.error.text}` : "",
        lastErrorDetail: state.error,
        connectedSince: running ? startedAt : null,
        lastRecordReceivedAt: events.at(-1)?.row.created_at_ms ?? null,
        lastCommitAt: events.at(-1)?.row.created_at_ms ?? null,
        completeUntil: running && events.length > 0 ? (state.frozenAt ?? now) : null,
        queueDepths: {
          intakeItems: 0,
          intakeBytes: 0,
          intakeLimitBytes: 67_108_864,
          intakeHighWaterBytes: 412_345,
          writerEvents: 0,
        },
        counters: {
          received: events.length + 4,
          stored: events.length,
          duplicate: 3,
          dead: 1,
          lostEstimate: configured ? 120 : 0,
          reconnects: 1,
        },
        gateway: state.configured
          ? {
              version: "v7.2.140",
              retentionSeconds: 60,
              usageStatisticsEnabled: state.publishing ?? true,
              checkedAt: now - 60_000,
              warnings: [],
            }
          : null,
        rivalSuspected: null,
      },
      gaps,
      database: {
        state: "ok",
        stateText: "healthy",
        remedy: "",
        databaseBytes: 41_200_000,
        walBytes: 2_100_000,
        shmBytes: 32_768,
        totalBytes: 43_332_768,
        journalSizeLimitBytes: 268_435_456,
        checkpoint: { ...CHECKPOINT, executedAtMs: Date.now() - 4 * 60_000 },
      },
    };
  };

  const send = (stream, text) => {
    if (!stream.writableNeedDrain) stream.write(text);
  };
  const priced = (row) => {
    const cost = prices.costOf(row);
    return { ...row, cost, priced: cost !== null };
  };
  const push = (items) => {
    const data = JSON.stringify({ items: items.map((item) => priced(item.row)), skipped: 0 });
    for (const stream of streams) send(stream, `event: events\nid: ${lastId}\ndata: ${data}\n\n`);
  };
  const pushStatus = () => {
    const data = JSON.stringify(live());
    for (const stream of streams) send(stream, `event: status\ndata: ${data}\n\n`);
  };
  let owed = 0;
  const timer = setInterval(() => {
    if (state.down || state.collector !== "running") return;
    owed += state.rate / 4;
    const items = [];
    for (; owed >= 1; owed -= 1) items.push(...request(nextId, Date.now()));
    if (items.length === 0) return;
    events.push(...items);
    push(items);
  }, 250);
  const statusTimer = setInterval(() => !state.down && pushStatus(), 1_000);
  const heartbeat = setInterval(() => {
    for (const stream of streams) send(stream, ": heartbeat\n\n");
  }, 15_000);

  const json = (response, status, body, headers = {}) => {
    response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers });
    response.end(body === undefined ? "" : JSON.stringify(body));
  };
  const refuse = (response, status, code, error, hint, wait) =>
    json(
      response,
      status,
      { error, code, ...(hint ? { hint } : {}), ...(wait ? { retry_after_seconds: wait } : {}) },
      wait ? { "Retry-After": String(wait) } : {},
    );

  const html = () => {
    const text = readFileSync(PAGE, "utf8");
    return state.full ? text.replace("<head>", '<head><meta name="cpamp-mode" content="full">') : text;
  };
  const control = {
    reset: () =>
      Object.assign(state, {
        down: false,
        collector: state.configured ? "running" : "stopped",
        error: null,
        failures: 0,
        full: true,
        managementKey: MANAGEMENT_KEY,
        directCalls: 0,
        refusedCalls: 0,
      }),
    down: () => {
      state.down = true;
      for (const stream of streams) stream.destroy();
    },
    "key-refused": () => {
      state.collector = "key_refused";
      state.error = {
        stage: "auth",
        code: "wrong_key",
        text: refusals.wrong[2],
        hint: refusals.wrong[3],
        atMs: Date.now(),
      };
      gaps = [
        {
          id: 3,
          kind: "disconnected",
          fromMs: Date.now(),
          toMs: null,
          retentionSeconds: 60,
          detail: "wrong_key",
          lostEstimate: null,
          lossy: true,
        },
        ...gaps,
      ];
      pushStatus();
    },
    reentry: () => {
      state.connectionState = "reentry_required";
    },
    lightweight: () => {
      state.full = false;
    },
    traffic: (wanted) => {
      state.rate = wanted.rate;
    },
    set: (wanted) => Object.assign(state, wanted),
    verdict: (wanted) => {
      world.verdict = wanted.verdict;
    },
    publish: (records) => {
      const items = records.map((record) => fromRecord(record, nextId()));
      events.push(...items);
      push(items);
    },
  };

  const manage = manageRoutes({ state, sessions, events, live, json, refuse, managementKey: MANAGEMENT_KEY });
  const prices = priceRoutes({ events, json, refuse });
  const audit = auditRoutes({
    state,
    json,
    refuse,
    seeded: configured && history > 0,
    priceOf: prices.priceOf,
    aliasOf: manage.aliasOf,
    viewOf: (id) => world.views.find((view) => view.id === id),
  });
  const monitor = monitorRoutes({ events, json, costOf: prices.costOf });
  const gateway = gatewayRoutes({ state, json });
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? "/", "http://mock");
    const path = url.pathname;
    let body = "";
    for await (const chunk of incoming) body += chunk;
    const bytes = (incoming.headers["content-type"] ?? "").includes("octet-stream");
    const sent = body === "" || bytes ? {} : JSON.parse(body);
    const method = incoming.method ?? "GET";
    const route = `${method} ${path}`;

    if (path.startsWith("/__mock/")) {
      const run = control[path.slice("/__mock/".length)];
      run?.(sent);
      return json(response, run || path.endsWith("/state") ? 200 : 404, {
        streams: streams.size,
        opened: state.streamsOpened,
        events: events.length,
        directCalls: state.directCalls,
        refusedCalls: state.refusedCalls,
      });
    }
    if (state.down) return incoming.socket.destroy();
    if (route === "GET /management.html" || route === "GET /") {
      if (!withPage || !existsSync(PAGE))
        return json(response, 404, { error: "build the panel first", code: "not_found" });
      const text = html();
      response.writeHead(200, {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": contentSecurityPolicy(text),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
      });
      return response.end(text);
    }
    if (!state.full) return gateway.direct({ method, path, incoming, response });
    if (route === "GET /usage-service/info") {
      return json(response, 200, {
        service: "cpa-manager-plus",
        mode: "embedded",
        version: "v2.0.0",
        startedAt,
        configured: state.configured,
        adminReady: true,
        projectInitialized: state.configured,
        setupRequired: !state.configured,
        migrationStatus: "ready",
        dataKeyReady: true,
        hasHistoricalData: configured && history > 0,
        connectionState: state.connectionState,
        ...state.info,
      });
    }
    if (route === "POST /api/v1/session") {
      if (sent.admin_key === ADMIN_KEY) {
        const token = randomBytes(16).toString("hex");
        sessions.add(token);
        state.failures = 0;
        audit.signedIn();
        return json(
          response,
          200,
          { created_at_ms: Date.now(), expires_at_ms: Date.now() + 12 * HOUR },
          { "Set-Cookie": `cpamp_session=${token}; HttpOnly; SameSite=Strict; Path=/` },
        );
      }
      state.failures += 1;
      audit.signedIn("invalid_admin_key");
      if (state.failures > 4) return refuse(response, 429, "too_many_attempts", "too many attempts", undefined, 20);
      if (sent.admin_key === MANAGEMENT_KEY) {
        return refuse(
          response,
          401,
          "management_key_not_accepted",
          "this is the CPA management key, not the admin key",
          KEY_HINT,
        );
      }
      return refuse(response, 401, "invalid_admin_key", "invalid admin key", KEY_HINT);
    }
    const token = /(?:^|;\s*)cpamp_session=([0-9a-f]+)/.exec(incoming.headers.cookie ?? "")?.[1] ?? "";
    if (!sessions.has(token)) return refuse(response, 401, "invalid_admin_key", "invalid admin key");
    if (method !== "GET" && incoming.headers["x-cpamp-request"] !== "panel")
      return refuse(response, 403, "csrf", "missing X-CPAMP-Request");

    if (audit({ method, path, url, sent, response })) return undefined;
    if (route === "GET /api/v1/session")
      return json(response, 200, { created_at_ms: startedAt, expires_at_ms: Date.now() + 12 * HOUR });
    if (route === "DELETE /api/v1/session") {
      sessions.delete(token);
      response.writeHead(204);
      return response.end();
    }
    if (monitor({ method, path, url, response, lastId })) return undefined;
    if (prices.routes({ method, path, url, sent, response })) return undefined;
    if (manage({ method, path, url, sent, body, token, response })) return undefined;
    if (route === "GET /status") {
      return json(response, 200, {
        service: "cpa-manager-plus",
        version: "v2.0.0",
        dbPath: "/data/usage.sqlite",
        configured: state.configured,
        startedAt,
        index: {
          state: "ready",
          generation: 1_204,
          lag: 0,
          events: events.length,
          eventsExpected: events.length,
          segments: 3,
          missingSegments: 0,
          diskBytes: events.length * 46,
          textBytes: events.length * 12,
          memoryBytes: 9_400_000,
          rowsRead: events.length,
          repricing: false,
          rebuildReason: "",
          rebuiltAtMs: null,
          error: "",
          ...state.index,
        },
        ...live(),
      });
    }
    if (route === "POST /api/v1/connection/test") {
      return json(response, 200, testAnswer(sent.cpa_base_url, sent.cpa_management_key, live().collector.gateway));
    }
    if (route === "POST /setup") {
      const refusal = refusalOf(sent.cpaBaseUrl, sent.cpaManagementKey);
      if (refusal) return refuse(response, ...refusal);
      Object.assign(state, {
        configured: true,
        connectionState: "ok",
        collector: "running",
        upstream: sent.cpaBaseUrl,
      });
      return json(response, 200, { ok: true, upstream: sent.cpaBaseUrl, warnings: [] });
    }
    if (route === "POST /api/v1/collector/retry") {
      state.collector = "running";
      state.error = null;
      gaps = gaps.map((gap) => (gap.toMs === null ? { ...gap, toMs: Date.now() } : gap));
      pushStatus();
      response.writeHead(204);
      return response.end();
    }
    if (route === "GET /api/v1/gaps") return json(response, 200, { items: gaps });
    if (route === "GET /api/v1/dead-letters") {
      return json(response, 200, {
        items: url.searchParams.get("before_id")
          ? []
          : [
              {
                id: 1,
                created_at_ms: startedAt,
                error: "not a JSON object",
                payload: '{"broken": tru, "key": "[redacted]"',
                payload_bytes: 34,
              },
            ],
        total: 1,
      });
    }
    if (route === "GET /api/v1/events/facets") return json(response, 200, facets(events));
    if (route === "GET /api/v1/events/stream") {
      response.writeHead(200, {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
      });
      state.streamsOpened += 1;
      streams.add(response);
      response.on("close", () => streams.delete(response));
      const after = Number(incoming.headers["last-event-id"] ?? url.searchParams.get("after_id") ?? lastId);
      const missed = events.filter(({ row }) => row.id > after).map(({ row }) => row);
      send(response, `event: status\ndata: ${JSON.stringify(live())}\n\n`);
      if (missed.length > 0)
        send(response, `event: events\nid: ${lastId}\ndata: ${JSON.stringify({ items: missed, skipped: 0 })}\n\n`);
      return undefined;
    }
    const found = answer(route, url, sent, world);
    if (found !== undefined) return json(response, 200, found);
    if (gateway.relayed({ method, path, response })) return undefined;
    const one = /^GET \/api\/v1\/events\/(\d+)$/.exec(route);
    if (one) {
      const stored = events.find(({ row }) => row.id === Number(one[1]));
      if (!stored) return refuse(response, 404, "not_found", "no such event");
      const attempts = events
        .filter(({ row }) => row.request_id === stored.row.request_id && row.id !== stored.row.id)
        .map(({ row }) => row);
      return json(response, 200, { event: { ...stored.row, ...stored.detail }, attempts });
    }
    return refuse(response, 404, "not_found", `no ${route}`);
  });

  return new Promise((resolve) => {
    server.listen(port, host, () =>
      resolve({
        port: server.address().port,
        adminKey: ADMIN_KEY,
        managementKey: MANAGEMENT_KEY,
        close() {
          for (const each of [timer, statusTimer, heartbeat]) clearInterval(each);
          for (const stream of streams) stream.destroy();
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        },
      }),
    );
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { port } = await startMock({
    port: Number(process.env.PORT ?? 18318),
    configured: process.env.MOCK_UNCONFIGURED !== "1",
  });
  console.log(`mock manager on http://127.0.0.1:${port}/management.html, admin key ${ADMIN_KEY}`);
}
