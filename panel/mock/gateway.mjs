// How the made-up gateway answers a connection attempt.
export const MANAGEMENT_KEY = "mgmt-test-key";

/** Begin of an address → status, code, text, hint, seconds to wait. */
export const refusals = {
  wrong: [
    401,
    "wrong_key",
    "the gateway refused the management key",
    "Enter the right management key, or correct it in CPA and press retry.",
  ],
  "http://banned": [
    403,
    "banned",
    "the gateway has banned this address after too many failed logins",
    "Wait the stated time; collection then resumes by itself.",
    1_740,
  ],
  "http://127.0.0.1": [
    502,
    "loopback_in_container",
    "the gateway address points at this container itself",
    "Use http://host.docker.internal:8317.",
  ],
  "http://nowhere": [502, "dns_failed", "the gateway's host name cannot be resolved", "Check the host name."],
  "http://remote": [
    403,
    "remote_management_disabled",
    "the gateway does not allow remote management",
    "Set `remote-management: allow-remote: true` in CPA's config.yaml; CPA reloads it by itself.",
  ],
};

export function refusalOf(url, key) {
  const at = Object.keys(refusals).find((start) => url.startsWith(start));
  return at ? refusals[at] : key === MANAGEMENT_KEY ? null : refusals.wrong;
}

export function testAnswer(url, key, gateway) {
  const refusal = refusalOf(url, key);
  const line = (name, state, text, code, hint) => ({
    name,
    state,
    text,
    ...(code ? { code } : {}),
    ...(hint ? { hint } : {}),
  });
  const skipped = (...names) => names.map((name) => line(name, "skipped", "not tested"));
  if (refusal) {
    const [, code, text, hint] = refusal;
    const checks =
      code === "wrong_key"
        ? [
            line("http", "ok", "the management API answers"),
            line("key", "failed", text, code, hint),
            ...skipped("version", "publishing", "retention", "resp"),
          ]
        : [line("http", "failed", text, code, hint), ...skipped("key", "version", "publishing", "retention", "resp")];
    return { ok: false, checks, gateway: null };
  }
  return {
    ok: true,
    checks: [
      line("http", "ok", "the management API answers"),
      line("key", "ok", "the key is accepted"),
      line(
        "version",
        "warn",
        "a newer gateway version is advised",
        "version_advised",
        "Update CPA to v7.1.39 or newer.",
      ),
      line("publishing", "ok", "usage records are published"),
      line("retention", "ok", "records are kept for 60 s"),
      line("resp", "ok", "the gateway can be subscribed to"),
    ],
    gateway,
  };
}
