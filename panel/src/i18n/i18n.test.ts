// @vitest-environment node
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFormatter } from "../lib/format";
import { translate } from ".";
import { refusalWords, sentence, sentences } from "./refusals";
import { refusalsZh } from "./refusals.zh-CN";
import { en, type Key, type Text, texts, zhCN } from "./texts";

const SRC = new URL("..", import.meta.url);

function sources(folder = SRC): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = new URL(`${entry.name}${entry.isDirectory() ? "/" : ""}`, folder);
    if (entry.isDirectory()) return sources(path);
    const skip = /\.test\.tsx?$|\/i18n\/(en|zh-CN|refusals\.zh-CN|areas\/.*)\.ts$|schema\.ts$/;
    return /\.tsx?$/.test(entry.name) && !skip.test(path.pathname) ? [readFileSync(path, "utf8")] : [];
  });
}

const all = sources().join("\n");
const named = new Set([...all.matchAll(/"([a-z][A-Za-z]*\.[A-Za-z0-9_]+)"/g)].map((match) => match[1] ?? ""));
const holes = (text: Text) => {
  const forms = typeof text === "string" ? [text] : [text.one, text.other];
  return forms.map((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort());
};

describe("the texts", () => {
  it("has the same keys in every language", () => {
    expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
  });

  it("says nothing in two places, where one would win over the other", () => {
    const files = ["en.ts", ...readdirSync(new URL("areas/", import.meta.url)).map((name) => `areas/${name}`)];
    const written = files.flatMap(
      (file) =>
        (readFileSync(new URL(file, import.meta.url), "utf8").split(/Zh: /)[0] ?? "").match(/^ {2}"[^"]+"(?=:)/gm) ??
        [],
    );
    expect(written).toHaveLength(Object.keys(en).length);
  });

  it("names no key that does not exist", () => {
    const used = [...all.matchAll(/\b(?:t|rich)\(\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(used.length).toBeGreaterThan(200);
    expect(used.filter((key) => !(key in en))).toEqual([]);
  });

  it("has no key that nothing uses", () => {
    expect(Object.keys(en).filter((key) => !named.has(key))).toEqual([]);
  });

  it("builds no key from parts, which this test could not see", () => {
    expect([...all.matchAll(/\b(?:t|rich)\(\s*`/g)]).toEqual([]);
  });

  it("puts the same values into every language", () => {
    for (const key of Object.keys(en) as Key[]) {
      const [wanted] = holes(en[key]);
      for (const form of [...holes(en[key]), ...holes(zhCN[key])]) expect(form, key).toEqual(wanted);
    }
  });

  it("has no empty text and no English left in Chinese", () => {
    for (const [key, text] of Object.entries(zhCN)) {
      const word = typeof text === "string" ? text : text.other;
      expect(word.trim(), key).not.toBe("");
      const same = word === (texts.en[key as Key] as Text);
      expect(same && /[a-z]{3}/.test(word) && key !== "app.name", key).toBe(false);
    }
  });

  it("follows the words of panel-look §6", () => {
    for (const [key, text] of Object.entries(en)) {
      for (const form of typeof text === "string" ? [text] : Object.values(text)) {
        expect(form, key).not.toMatch(/!|oops|something went wrong|no data/i);
      }
    }
    for (const [key, text] of Object.entries(zhCN)) {
      expect(typeof text === "string" ? text : text.other, key).not.toMatch(/请(?!求)|！/);
    }
  });

  it("chooses between one and many, and writes numbers as counts", () => {
    const format = createFormatter("en", "UTC");
    expect(translate("en", "requests.new", { n: 1 }, format)).toBe("1 new request");
    expect(translate("en", "requests.new", { n: 12345 }, format)).toBe("12,345 new requests");
    expect(translate("zh-CN", "requests.new", { n: 1 }, format)).toBe("1 个新请求");
  });
});

describe("refusals", () => {
  const table = new URL("../../../crates/collector/src/refusals.rs", import.meta.url);

  it.runIf(existsSync(table))("knows every code of the manager's table in Chinese", () => {
    const codes = [...readFileSync(table, "utf8").matchAll(/^\s+\w+ = "([a-z0-9_]+)", "/gm)].map(
      (match) => match[1] ?? "",
    );
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !refusalsZh[code])).toEqual([]);
  });

  it("falls back to the manager's own words", () => {
    const refusal = { code: "brand_new", text: "the moon is full", hint: "wait" };
    expect(refusalWords("zh-CN", refusal)).toEqual({ text: "The moon is full.", hint: "wait." });
    expect(refusalWords("zh-CN", { ...refusal, code: "wrong_key" }).text).toBe("网关拒绝了管理密钥。");
    expect(refusalWords("en", { code: "wrong_key", text: "refused by `x`" })).toEqual({
      text: "Refused by `x`",
      hint: undefined,
    });
  });

  it("makes sentences of log messages", () => {
    expect(sentence("unsupported RESP prefix 'H'")).toBe("Unsupported RESP prefix 'H'.");
    expect(sentence("`usage` is off")).toBe("`usage` is off.");
    expect(sentence("")).toBe("");
  });
});

it("puts sentences after each other without a blank after a full-width stop", () => {
  expect(sentences("Not saved.", null, "Try again.")).toBe("Not saved. Try again.");
  expect(sentences("未保存。", "请重试。")).toBe("未保存。请重试。");
});
