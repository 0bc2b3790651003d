// CPA's own management routes as far as the panel reads them: through the manager with a session, or directly with the
// management key where CPA hosts the page.
import { MANAGEMENT_KEY } from "./gateway.mjs";

const SLOTS = 20;
const slots = (seed) =>
  Array.from({ length: SLOTS }, (_, index) => ({
    time: `${String(index).padStart(2, "0")}:00`,
    success: (index * seed) % 7,
    failed: (index + seed) % 11 === 0 ? 1 : 0,
  }));
const credential = (name, provider, change = {}) => ({
  id: `${provider}-${name}.json`,
  name: `${provider}-${name}.json`,
  auth_index: "a9c2ebfa931825ca",
  provider,
  type: provider,
  email: name,
  status: "active",
  status_message: "",
  disabled: false,
  unavailable: false,
  success: 120,
  failed: 3,
  recent_requests: slots(name.length),
  ...change,
});

export const FILES = [
  credential("dev@example.org", "codex"),
  credential("ops@example.org", "claude", {
    status: "error",
    status_message: "usage limit reached",
    unavailable: true,
  }),
  credential("old@example.org", "claude", { status: "disabled", disabled: true, recent_requests: [] }),
  credential("pat@example.net", "gemini-cli"),
];
export const PLAIN_KEYS = ["sk-lab-client-0001-plain", "sk-ant-api03-plain-upstream-key"];

const SETTINGS = {
  debug: false,
  "logging-to-file": true,
  "request-log": false,
  "request-retry": 3,
  "ws-auth": true,
  "routing/strategy": "round-robin",
  "proxy-url": "http://user:secret-word@proxy.example.org:3128",
  "usage-statistics-enabled": true,
};

/** The answer to a management route, or `undefined`. */
function answerOf(route) {
  if (route in SETTINGS) return { [route.split("/").at(-1)]: SETTINGS[route] };
  switch (route) {
    case "auth-files":
      return { files: FILES };
    case "api-key-usage":
      return {
        claude: {
          [`https://api.anthropic.com|${PLAIN_KEYS[1]}`]: { success: 31, failed: 2, recent_requests: slots(3) },
        },
      };
    case "api-keys":
      return { "api-keys": [PLAIN_KEYS[0]] };
    case "claude-api-key":
      return { "claude-api-key": [{ "api-key": PLAIN_KEYS[1] }] };
    case "gemini-api-key":
    case "codex-api-key":
    case "openai-compatibility":
      return { [route]: null };
    case "request-error-logs":
      return { files: [{ name: "error-1.log", size: 390, modified: 1_795_874_083 }] };
    case "latest-version":
      return { "latest-version": "v7.3.0" };
    default:
      return undefined;
  }
}

export function gatewayRoutes({ state, json }) {
  let refused = 0;
  const headers = { "X-Cpa-Version": "v7.2.140", "X-Cpa-Build-Date": "2026-08-22T10:00:00Z" };
  /** Direct calls, where CPA hosts the page. */
  const direct = ({ method, path, incoming, response }) => {
    const given = (incoming.headers.authorization ?? "").replace(/^Bearer /, "");
    if (path === "/v1/models" && method === "GET") {
      if (given !== PLAIN_KEYS[0]) return json(response, 401, { error: "Invalid API key" });
      return json(response, 200, { object: "list", data: [{ id: "gpt-5.5" }, { id: "claude-opus-4-6" }] });
    }
    if (!path.startsWith("/v0/management/")) return json(response, 404, { error: "404 page not found" });
    state.directCalls += 1;
    if (given !== (state.managementKey ?? MANAGEMENT_KEY)) {
      refused += 1;
      state.refusedCalls += 1;
      if (refused > 5)
        return json(response, 403, { error: "IP banned due to too many failed attempts. Try again in 30m0s" }, headers);
      return json(response, 401, { error: "invalid management key" }, headers);
    }
    refused = 0;
    const found = method === "GET" ? answerOf(path.slice("/v0/management/".length)) : undefined;
    return found === undefined
      ? json(response, 404, { error: "not found" }, headers)
      : json(response, 200, found, headers);
  };
  /** The same through the manager, whose own routes come first. */
  const relayed = ({ method, path, response }) => {
    if (method === "GET" && path === "/api/v1/gateway-settings") {
      json(response, 200, {
        debug: SETTINGS.debug,
        logging_to_file: SETTINGS["logging-to-file"],
        request_log: SETTINGS["request-log"],
        request_retry: SETTINGS["request-retry"],
        ws_auth: SETTINGS["ws-auth"],
        routing_strategy: SETTINGS["routing/strategy"],
        proxy_host: new URL(SETTINGS["proxy-url"]).host,
        usage_statistics_enabled: SETTINGS["usage-statistics-enabled"],
      });
      return true;
    }
    if (method !== "GET" || !path.startsWith("/v0/management/")) return false;
    const found = answerOf(path.slice("/v0/management/".length));
    if (found === undefined) return false;
    json(response, 200, found, headers);
    return true;
  };
  return { direct, relayed };
}
