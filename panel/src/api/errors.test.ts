import { expect, it } from "vitest";
import { refusalWords } from "../i18n/refusals";
import { refusalsZh } from "../i18n/refusals.zh-CN";
import { errorOf } from "./errors";

const ONE_CODE = "management_api_validation_failed";
const REASONS = [
  "wrong_key",
  "remote_management_disabled",
  "management_disabled",
  "management_key_not_set",
  "home_mode",
];

it("keeps apart the refusals that share a code", () => {
  const said = REASONS.map((reason) => {
    const body = { error: "refused", code: ONE_CODE, reason, hint: "see there" };
    const { code, message, hint } = errorOf(502, body, new Headers());
    expect(code).toBe(reason);
    return refusalWords("zh-CN", { code, text: message, hint });
  });
  expect(said.map((words) => [words.text, words.hint])).toEqual(REASONS.map((reason) => refusalsZh[reason]));
  expect(new Set(said.map((words) => words.hint)).size).toBe(REASONS.length);
});

it("takes the code where there is no reason, and no reason of the gateway's own answers", () => {
  expect(errorOf(400, { code: "invalid_url" }, new Headers()).code).toBe("invalid_url");
  const relayed = new Headers({ "x-cpamp-upstream": "1" });
  expect(errorOf(409, { code: "conflict", reason: "in use" }, relayed).code).toBe("conflict");
  expect(errorOf(504, undefined, new Headers()).code).toBe("http_504");
});
