import { describe, expect, it } from "vitest";
import { facetItems, type Item, isKnownName, looksLikeRequestId, score, search } from "./palette-items";

const item = (id: string, group: Item["group"], label: string, words = ""): Item => ({
  id,
  group,
  label,
  words,
  icon: "search",
  run() {},
});

describe("the palette", () => {
  it("prefers the whole, then the begin, then the begin of a word", () => {
    const points = ["dev", "dev@example.org", "my dev", "adevb", "example dev org"].map((text) => score(text, "dev"));
    expect(points).toEqual([6, 5, 4, 3, 4]);
    expect(score("claude-sonnet-4-6", "son 4")).toBe(2);
    expect(score("claude", "gpt")).toBe(0);
    expect(score("anything", "  ")).toBe(1);
  });

  it("takes typed text literally", () => {
    expect(score("gpt-5.4(xhigh)", "(xhigh)")).toBe(3);
    expect(score("abc", ".*")).toBe(0);
    expect(score("a [b", "[b")).toBeGreaterThan(0);
  });

  it("orders by group, and finds keys by their hash as well as by their name", () => {
    const items = [
      item("1", "do", "Dark theme"),
      item("2", "keys", "ci-nightly", "4f8a7cbf"),
      item("3", "accounts", "dark@example.org"),
      ...Array.from({ length: 30 }, (_, index) => item(`m${index}`, "models", `dark-${index}`)),
    ];
    const found = search(items, "dark", ["accounts", "keys", "models", "do"]);
    expect(found.map(({ group }) => group)).toEqual(["accounts", ...Array(6).fill("models"), "do"]);
    expect(search(items, "4f8a", ["keys"]).map(({ id }) => id)).toEqual(["2"]);
  });

  it("lists every page, however many there are", () => {
    const pages = Array.from({ length: 9 }, (_, index) => item(`p${index}`, "pages", `Page ${index}`));
    expect(search(pages, "", ["pages"])).toHaveLength(9);
  });

  it("takes the name of a model for no request id", () => {
    const known = [item("m", "models", "claude-opus-4-6")];
    expect(looksLikeRequestId("claude-opus-4-6")).toBe(true);
    expect(["claude-opus-4-6", "Claude-Opus-4", "0d0e8531"].map((typed) => isKnownName(known, typed))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("knows a request id when it sees one", () => {
    expect(["e2e00001", "0d0e8531", "req_011CSHoEeqs5C35K2UUqR7Fy"].map(looksLikeRequestId)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["dev", "settings", "a b c d1", "<script>1"].map(looksLikeRequestId)).toEqual([false, false, false, false]);
  });

  it("lists accounts, keys and models of what is stored", () => {
    const gone: string[] = [];
    const items = facetItems(
      {
        models: [{ value: "gpt-5.4", count: 3 }],
        accounts: [{ value: "", count: 9 }],
        api_keys: [{ value: "90c1d2e3aa", count: 2 }],
        providers: [],
        status_codes: [],
        sampled: false,
      } as never,
      { alias: () => undefined, count: String },
      (dimension, value) => gone.push(`${dimension}=${value}`),
    );
    expect(items.map(({ label }) => label)).toEqual(["90c1d2e3", "gpt-5.4"]);
    for (const each of items) each.run();
    expect(gone).toEqual(["key=90c1d2e3aa", "any_model=gpt-5.4"]);
  });
});
