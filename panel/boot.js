// Runs before the body is parsed. Nothing here may wait, throw, or know who is signed in: whether somebody was is a hint.
(() => {
  const root = document.documentElement;
  const stored = (name) => {
    try {
      return localStorage.getItem(`cpamp.${name}`);
    } catch {
      return null;
    }
  };
  const theme = stored("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = theme === "light" || theme === "dark" ? theme : dark ? "dark" : "light";
  // The page's own choice comes with the bundle; until then the browser's will do.
  root.lang = stored("language") ?? navigator.language;
  const full = document.querySelector('meta[name="cpamp-mode"][content="full"]') !== null;
  const inside = full && stored("inside") === "yes" && !location.hash.startsWith("#/login");
  root.dataset.boot = inside ? "shell" : "bare";
  if (stored("sidebar") === "narrow") root.dataset.side = "narrow";
  // The bundle takes its time to start, and while it does nothing is painted: the frame comes first. The policy has its hash.
  let begun = false;
  const begin = () => {
    const source = document.getElementById("bundle");
    if (begun || !source) return;
    begun = true;
    performance.mark("bundle");
    const script = document.createElement("script");
    script.text = source.text;
    source.replaceWith(script);
  };
  document.addEventListener("DOMContentLoaded", () => {
    requestAnimationFrame(() => setTimeout(begin));
    // A page in the background has no frames.
    setTimeout(begin, document.visibilityState === "hidden" ? 0 : 250);
  });
  if (!full) return;
  // What every page asks first, while the rest of the file is still on its way. api/early.ts hands the answers out.
  const headers = { Accept: "application/json", "X-CPAMP-Request": "panel" };
  const early = {};
  globalThis.cpampEarly = early;
  const ask = (path) => {
    // As long as the client waits for an answer: a connection that nobody ends is one less of six.
    const signal = AbortSignal.timeout(30_000);
    const call = { answer: fetch(path, { credentials: "same-origin", cache: "no-store", headers, signal }) };
    const end = () => {
      call.at = performance.now();
    };
    // Whoever takes it learns of a failure; nobody may.
    call.answer.then(end, end);
    early[path] = call;
  };
  ["/api/v1/session", "/usage-service/info"].forEach(ask);
  if (!inside) return;
  ["/status", "/api/v1/preferences"].forEach(ask);
  const home = /^(?:#\/?)?(\?.*)?$/.exec(location.hash);
  if (!home) return;
  // The dashboard, with its view: features/dashboard/dawn.ts asks on when the bundle starts.
  globalThis.cpampHome = home[1] ?? "";
  // Two that wait for the gateway, of the three that may at once (throughGateway): the others follow with the bundle.
  [
    "/v0/management/auth-files",
    "/api/v1/gateway-settings",
    "/api/v1/findings",
    "/api/v1/views",
    "/api/v1/storage",
  ].forEach(ask);
})();
