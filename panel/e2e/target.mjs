// What the tests run against: the real manager and the simulated gateway when CPAMP_URL is set, else the mock.
import { startMock } from "../mock/server.mjs";

const env = process.env;
const PAGE_TIMEOUT_MS = 5_000;

async function post(url, body, headers = {}) {
  const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

/** A manager without a gateway, and a gateway that it can be connected to. */
export async function startTarget() {
  if (!env.CPAMP_URL) {
    const mock = await startMock({ configured: false, rate: 0 });
    const base = `http://127.0.0.1:${mock.port}`;
    return {
      name: "the mock",
      base,
      adminKey: mock.adminKey,
      managementKey: mock.managementKey,
      gateway: "http://cli-proxy-api:8317",
      publish: (records) => post(`${base}/__mock/publish`, JSON.stringify(records)),
      traffic: (rate) => post(`${base}/__mock/traffic`, JSON.stringify({ rate })),
      close: () => mock.close(),
    };
  }
  for (const name of ["CPAMP_ADMIN_KEY", "SIMULATOR_URL"]) {
    if (!env[name]) throw new Error(`${name} is needed together with CPAMP_URL`);
  }
  const simulator = env.SIMULATOR_URL.replace(/\/$/, "");
  return {
    name: env.CPAMP_URL,
    base: env.CPAMP_URL.replace(/\/$/, ""),
    adminKey: env.CPAMP_ADMIN_KEY,
    managementKey: env.SIMULATOR_MANAGEMENT_KEY ?? "mgmt-test-key",
    gateway: simulator,
    publish: (records) =>
      post(`${simulator}/_simulator/publish`, records.map((record) => JSON.stringify(record)).join("\n")),
    traffic: (rate) =>
      post(
        `${simulator}/_simulator/traffic`,
        JSON.stringify(rate > 0 ? { action: "start", rate, steady: true } : { action: "stop" }),
      ),
    close: async () => {},
  };
}

let sequence = 0;

/** A record as CPA publishes it. */
export function record(change = {}) {
  sequence += 1;
  const failed = change.failed ?? false;
  return {
    timestamp: new Date().toISOString(),
    latency_ms: 1_690,
    ttft_ms: 640,
    source: "dev@example.org",
    auth_index: "a9c2ebfa931825ca",
    client_ip: "203.0.113.7",
    user_agent: "codex_cli_rs/0.114.0",
    tokens: {
      input_tokens: 2_000,
      output_tokens: 150,
      reasoning_tokens: 40,
      cached_tokens: 1_500,
      cache_read_tokens: 1_500,
      cache_creation_tokens: 0,
      total_tokens: 2_150,
    },
    failed,
    generate: true,
    fail: failed
      ? {
          status_code: 429,
          body: '{"error":{"type":"usage_limit_reached","message":"The usage limit has been reached"}}',
        }
      : { status_code: 200, body: "" },
    response_headers: { "Content-Type": ["text/event-stream"], Server: ["e2e"] },
    provider: "codex",
    executor_type: "CodexExecutor",
    model: "gpt-e2e",
    alias: "gpt-e2e",
    endpoint: "POST /v1/responses",
    auth_type: "oauth",
    api_key: "sk-lab-e2e-0001",
    request_id: (0xe2e00000 + sequence).toString(16),
    reasoning_effort: "",
    service_tier: "auto",
    ...change,
  };
}
