import { describe, expect, it } from "vitest";
import { parseSearch, strict, stringifySearch } from "./search";
import {
  carried,
  changed,
  chipsOf,
  countFilters,
  DIMENSIONS,
  excludedName,
  only,
  type ViewSearch,
  viewValidator,
  withoutFilters,
} from "./view";

const validate = viewValidator({
  tabs: ["overview", "models"],
  sorts: ["cost", "calls"],
  columns: ["cost", "calls", "tokens"],
  buckets: ["hour", "day"],
  measures: ["cost", "tokens"],
  drawer: true,
});
const round = (search: ViewSearch) => validate(parseSearch(stringifySearch({ ...search })));

describe("the address of a view", () => {
  it("comes back as it was", () => {
    const views: ViewSearch[] = [
      {},
      { range: "7d" },
      { range: "36h", compare: "week" },
      { from: 1, to: 2_000 },
      { from: 5 },
      {
        model: ["gpt-5.4(xhigh)", "kimi k2"],
        code: ["429", "-"],
        not_code: ["499"],
        q: "a&b=c #?%",
        status: "failed",
        cache: "hit",
        slow: 30_000,
      },
      { tab: "models", sort: "-cost", columns: ["cost", "tokens"], bucket: "day", measure: "tokens", drawer: "42" },
      Object.fromEntries(
        DIMENSIONS.filter((name) => name !== "code").map((name) => [excludedName(name), ["ü 你好 🦊", "<b>"]]),
      ),
    ];
    for (const view of views) expect(round(view)).toEqual(view);
  });

  it("does not say what is usual", () => {
    expect(validate(parseSearch("?range=24h&compare=previous&tab=overview&measure=cost"))).toEqual({});
    expect(stringifySearch(validate({}))).toBe("");
  });

  it("leaves out what cannot be understood", () => {
    const hostile = [
      "range=99y&compare=drop&tab=__proto__&sort=constructor&columns=nope&bucket=second&measure=x",
      "from=abc&to=-5&slow=0&slow=NaN",
      "code=200%20OR%201=1&code=12&code=99999&code=0&code=--",
      "__proto__=x&__proto__=y&constructor=z&hasOwnProperty=1",
      "status=failed%00&cache=HIT",
      "model=&model=%20&q=%20%20",
      "range[]=7d&model[a]=b",
    ];
    for (const query of hostile) expect(validate(parseSearch(query)), query).toEqual({});
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("keeps hostile text as text, cut to a length that an address can hold", () => {
    const bomb = "x".repeat(10_000);
    const found = validate({ q: bomb, model: Array.from({ length: 500 }, (_, index) => `m${index}${bomb}`) });
    expect(found.q).toHaveLength(500);
    expect(found.model).toHaveLength(50);
    expect(found.model?.[0]).toHaveLength(500);
    const markup = `<img src=x onerror=alert(1)>\u202e=cmd|'/c calc'!A0`;
    expect(round({ q: markup }).q).toBe(markup);
  });

  it("takes out of the router's hands what was not understood", () => {
    const raw = parseSearch("?range=99y&tab=nope&q=x&__proto__=y");
    const seen: Record<string, unknown> = { ...raw, ...strict(validate)(raw) };
    expect(Object.entries(seen).filter(([, value]) => value !== undefined)).toEqual([["q", "x"]]);
    expect(stringifySearch(seen)).toBe("?q=x");
  });

  it("takes an end before the begin as no end", () => {
    expect(validate({ from: "10", to: "5" })).toEqual({ from: 10 });
    expect(validate({ from: "10", to: "20", range: "7d" })).toEqual({ from: 10, to: 20 });
  });
});

describe("changes of a view", () => {
  const view: ViewSearch = {
    range: "7d",
    model: ["a"],
    not_model: ["b"],
    status: "failed",
    tab: "models",
    sort: "-cost",
  };

  it("counts and orders chips", () => {
    expect(chipsOf(view)).toEqual(["model", "not_model"]);
    expect(countFilters(view)).toBe(3);
    expect(countFilters({})).toBe(0);
  });

  it("narrows to one value and takes things out", () => {
    expect(only(view, "model", "c")).toEqual({
      range: "7d",
      model: ["c"],
      status: "failed",
      tab: "models",
      sort: "-cost",
    });
    expect(changed(view, { status: undefined, not_model: undefined })).not.toHaveProperty("status");
    expect(withoutFilters({ ...view, split: "key", chart: "table", drawer: "1", bucket: "day" })).toEqual({
      range: "7d",
      tab: "models",
      sort: "-cost",
      split: "key",
      chart: "table",
      drawer: "1",
      bucket: "day",
    });
    expect(carried(view)).toEqual({ range: "7d", model: ["a"], not_model: ["b"], status: "failed" });
  });
});
