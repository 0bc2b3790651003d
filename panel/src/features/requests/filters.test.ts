import { describe, expect, it } from "vitest";
import { parseSearch, stringifySearch } from "../../lib/search";
import { countFilters, isFiltered, type RequestSearch, spanOf, toQuery, validateRequestSearch } from "./filters";

const NOW = 1_800_000_000_000;
const read = (text: string) => validateRequestSearch(parseSearch(text));

describe("the address of the request list", () => {
  it("survives a round trip", () => {
    const search: RequestSearch = {
      range: "7d",
      status: "failed",
      model: ["gpt-5.4", "claude, opus & co"],
      code: ["429", "529"],
      key: ["4f8a7cbf"],
      q: "50% 汉字 +x",
    };
    expect(read(stringifySearch({ ...search }))).toEqual(search);
  });

  it("needs no quotes for plain values", () => {
    expect(stringifySearch({ status: "ok", code: ["429", "500"], range: undefined })).toBe(
      "?status=ok&code=429&code=500",
    );
  });

  it("leaves out what it does not understand", () => {
    expect(read("?range=never&status=maybe&code=abc&code=42&model=&from=x&unknown=1&q=%20")).toEqual({});
  });

  it("keeps single values, numbers and repetitions apart", () => {
    expect(read("?model=a&model=a&model=b&code=429&account=12")).toEqual({
      model: ["a", "b"],
      code: ["429"],
      account: ["12"],
    });
  });

  it("prefers a span over a preset and refuses one that ends before it begins", () => {
    expect(read("?range=1h&from=1000&to=2000")).toEqual({ from: 1000, to: 2000 });
    expect(read("?from=2000&to=1000")).toEqual({ from: 2000 });
  });

  it("takes one request id, as the API does", () => {
    expect(read("?request=a&request=b")).toEqual({ request: ["a"] });
  });

  it("does not write the default", () => {
    expect(read("?range=24h")).toEqual({});
  });
});

describe("the query behind it", () => {
  it("names the parameters of the API", () => {
    expect(toQuery({ status: "failed", key: ["k"], code: ["429"], request: ["r"], q: "x" }, NOW)).toEqual({
      from_ms: NOW - 86_400_000,
      to_ms: undefined,
      status: "failed",
      search: "x",
      api_key_hash: ["k"],
      status_code: [429],
      request_id: "r",
    });
  });

  it("leaves the beginning open for everything", () => {
    expect(spanOf({ range: "all" }, NOW)).toEqual({ from_ms: undefined, to_ms: undefined });
  });

  it("counts filters, not the range", () => {
    expect(isFiltered({ range: "all", from: 1 })).toBe(false);
    expect(isFiltered({ q: "x" })).toBe(true);
    expect(countFilters({ range: "1h", model: ["a", "b"], status: "ok" })).toBe(2);
  });
});
