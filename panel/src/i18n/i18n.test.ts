// @vitest-environment node
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { createFormatter } from "../lib/format";
import { type Language, languageFor } from "../lib/languages";
import { translate } from ".";
import { LANGUAGES, type Pack, packElement, packOf } from "./packs";
import { refusalWords, sentence, sentences } from "./refusals";
import { refusalsZh } from "./refusals.zh-CN";
import { en, type Key, type Text, zhCN } from "./texts";

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
const forms = (text: Text) => (typeof text === "string" ? [text] : Object.values(text));
const holes = (text: Text) =>
  forms(text).map((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort());

/** The languages that stand in the page as data. */
const DATA = readdirSync(new URL("languages/", import.meta.url)).map((file): [Language, Pack] => [
  file.replace(".json", "") as Language,
  JSON.parse(readFileSync(new URL(`languages/${file}`, import.meta.url), "utf8")) as Pack,
]);
const TRANSLATED: [Language, Pack][] = [["zh-CN", { texts: zhCN, refusals: refusalsZh }], ...DATA];

// As `vite.config.ts` puts them into the page.
vi.stubGlobal("document", {
  getElementById(id: string) {
    const found = DATA.find(([language]) => packElement(language) === id);
    return found ? { textContent: JSON.stringify(found[1]) } : null;
  },
});

describe("the texts", () => {
  it.each(TRANSLATED)("has the same keys in %s", (_, pack) => {
    expect(Object.keys(pack.texts).sort()).toEqual(Object.keys(en).sort());
  });

  it("has a file for every language that can be chosen", () => {
    const inside = ["en", "zh-CN"];
    const chosen = LANGUAGES.map(({ id }) => id).filter((id) => !inside.includes(id));
    expect(DATA.map(([language]) => language).sort()).toEqual(chosen.sort());
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

  it.each(TRANSLATED)("puts the same values into %s", (_, pack) => {
    for (const key of Object.keys(en) as Key[]) {
      const [wanted] = holes(en[key]);
      for (const form of [...holes(en[key]), ...holes(pack.texts[key])]) expect(form, key).toEqual(wanted);
    }
  });

  it.each(TRANSLATED)("has every form that numbers need in %s", (language, pack) => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, text] of Object.entries(pack.texts)) {
      if (typeof text === "string") continue;
      // Counts are whole: what only fractions need is not needed.
      const missing = needed.filter((rule) => !(rule in text) && !(rule === "other" && "many" in text));
      expect(missing, key).toEqual([]);
    }
  });

  it.each(TRANSLATED)("has no empty text and no English left in %s", (_, pack) => {
    for (const [key, text] of Object.entries(pack.texts)) {
      for (const form of forms(text)) expect(form.trim(), key).not.toBe("");
      const word = forms(text).at(-1) ?? "";
      const same = forms(en[key as Key]).at(-1) === word;
      // Values and names of files are the same everywhere.
      const words = word.replace(/\{\w+\}|\w+\.json/g, "");
      expect(same && /[a-z]{3}/.test(words) && key !== "app.name", key).toBe(false);
    }
  });

  it("writes Traditional Chinese with its own characters", () => {
    const simplified = /[们这为说时间务发设网数连请运访问错误级称页显码组结实际应执资详选项记录]/;
    const pack = DATA.find(([language]) => language === "zh-TW")?.[1];
    const texts = [...Object.values(pack?.texts ?? {}), ...Object.values(pack?.refusals ?? {})].flatMap((text) =>
      Array.isArray(text) ? text : forms(text as Text),
    );
    expect(texts.length).toBeGreaterThan(1000);
    expect(texts.filter((text) => simplified.test(text))).toEqual([]);
  });

  it("asks the browser which language it wants", () => {
    expect(languageFor(["fr-FR", "ru-RU", "en"])).toBe("ru");
    expect(["zh", "zh-SG", "zh-Hans-HK"].map((tag) => languageFor([tag]))).toEqual(["zh-CN", "zh-CN", "zh-CN"]);
    expect(["zh-TW", "zh-HK", "zh-Hant"].map((tag) => languageFor([tag]))).toEqual(["zh-TW", "zh-TW", "zh-TW"]);
    expect(languageFor(["fr"])).toBe("en");
  });

  it("follows the words of panel-look §6", () => {
    for (const [key, text] of Object.entries(en)) {
      for (const form of forms(text)) expect(form, key).not.toMatch(/!|oops|something went wrong|no data/i);
    }
    for (const [language, pack] of TRANSLATED)
      for (const [key, text] of Object.entries(pack.texts))
        for (const form of forms(text))
          expect(form, `${language} ${key}`).not.toMatch(/请(?!求)|請(?!求)|！|!|пожалуйста/i);
  });

  it("chooses between one and many, and writes numbers as counts", () => {
    const format = createFormatter("en", "UTC");
    expect(translate("en", "requests.new", { n: 1 }, format)).toBe("1 new request");
    expect(translate("en", "requests.new", { n: 12345 }, format)).toBe("12,345 new requests");
    expect(translate("zh-CN", "requests.new", { n: 1 }, format)).toBe("1 个新请求");
    const russian = [1, 3, 5, 21].map((n) => translate("ru", "requests.new", { n }, format));
    expect(new Set(russian.map((text) => text.replace(/\d+/, ""))).size, russian.join()).toBe(3);
    expect(packOf("ru").texts["requests.new"]).toHaveProperty("few");
  });
});

describe("refusals", () => {
  const table = new URL("../../../crates/collector/src/refusals.rs", import.meta.url);

  it.runIf(existsSync(table)).each(TRANSLATED)("knows every code of the manager's table in %s", (_, pack) => {
    const codes = [...readFileSync(table, "utf8").matchAll(/^\s+\w+ = "([a-z0-9_]+)", "/gm)].map(
      (match) => match[1] ?? "",
    );
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !pack.refusals[code])).toEqual([]);
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
