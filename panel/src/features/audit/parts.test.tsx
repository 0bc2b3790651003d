import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AuditChange } from "../../api/audit";
import { I18nProvider } from "../../i18n";
import { useReason, Values } from "./parts";

vi.mock("@tanstack/react-router", () => ({ Link: () => null }));
afterEach(cleanup);

const NOW = Date.UTC(2026, 10, 29, 12);

function shown(change: AuditChange): string {
  const { container, unmount } = render(
    <I18nProvider>
      <Values change={change} now={NOW} />
    </I18nProvider>,
  );
  const text = container.textContent ?? "";
  unmount();
  return text;
}

describe("the values of a change", () => {
  it("writes moments as dates, and the beginning of time as what it is", () => {
    expect(shown({ field: "removed_from_ms", before: "0", after: null })).toBe("from the beginning → none");
    expect(shown({ field: "from_ms", before: null, after: "0" })).toBe("from the beginning");
    const moment = shown({ field: "valid_from_ms", before: null, after: String(NOW) });
    expect(moment).toMatch(/\d\d:\d\d/);
    expect(moment).not.toContain(String(NOW));
  });

  it("leaves everything else as it is", () => {
    expect(shown({ field: "input_per_million", before: "0", after: "1.5" })).toBe("0 → 1.5");
    expect(shown({ field: "collector.pollIntervalMs", before: "1000", after: "500" })).toBe("1000 → 500");
    expect(shown({ field: "timeout_ms", before: null, after: "0" })).toBe("0");
  });
});

/** Those with which the manager writes entries of failures. */
const CODES = [
  "cancelled",
  "gateway_refused",
  "gateway_timeout",
  "interrupted",
  "invalid_admin_key",
  "model_price_sync_failed",
  "outcome_unknown",
  "request_failed",
  "storage_unavailable",
  "unreadable",
  "usage_import_invalid",
];

function Reasons({ codes }: { codes: readonly string[] }) {
  const reasonOf = useReason();
  return codes.map((code) => <p key={code}>{reasonOf(code)}</p>);
}

describe("why something failed", () => {
  it("is said in words", () => {
    render(
      <I18nProvider>
        <Reasons codes={CODES} />
      </I18nProvider>,
    );
    const words = [...document.querySelectorAll("p")].map((line) => line.textContent);
    expect(words.filter((text) => !/^[A-Z][a-z ;,']+\.?$/.test(text ?? ""))).toEqual([]);
    expect(new Set(words).size).toBe(CODES.length);
    expect(screen.getByText("The gateway refused it.")).toBeTruthy();
  });

  it("is its code alone where this panel is too old for it", () => {
    render(
      <I18nProvider>
        <Reasons codes={["unheard_of"]} />
      </I18nProvider>,
    );
    expect(document.querySelector("p")?.textContent).toBe("");
  });
});
