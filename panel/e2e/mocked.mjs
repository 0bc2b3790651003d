// A mock of its own for a group of tests that change the manager or make it misbehave.
import { after, before } from "node:test";
import { startMock } from "../mock/server.mjs";
import { openPage, signIn } from "./browser.mjs";

/** Called inside of `describe`: starts the mock before its tests and stops it after them. */
export function mocked(world, options) {
  const group = {
    base: "",
    adminKey: "",
    tell: (name, body = {}) => fetch(`${group.base}/__mock/${name}`, { method: "POST", body: JSON.stringify(body) }),
    /** A page that is signed in and stands at an address of the panel. */
    async open(path = "#/", context = {}) {
      const opened = await group.visit(context);
      await signIn(opened.page, group.base, group.adminKey, path);
      return opened;
    },
    /** A page of a new browser, not yet anywhere. */
    async visit(options = {}) {
      const context = await world.browser.newContext({
        locale: "en-GB",
        viewport: { width: 1440, height: 900 },
        timezoneId: "Asia/Shanghai",
        ...options,
      });
      return { context, ...(await openPage(context, group.base)) };
    },
  };
  let mock;
  before(async () => {
    mock = await startMock({ rate: 0, ...options });
    group.base = `http://127.0.0.1:${mock.port}`;
    group.adminKey = mock.adminKey;
  });
  after(() => mock.close());
  return group;
}

/** Every page: its address, its heading in both languages, and something that is there when it is complete. */
export const PAGES = [
  { path: "#/", en: "Dashboard", zh: "总览", sign: "section[aria-label]" },
  { path: "#/requests", en: "Monitoring", zh: "请求监控", sign: 'a[id^="request-"]' },
  { path: "#/requests?tab=accounts", en: "Monitoring", zh: "请求监控", sign: "text=writer@example.org" },
  { path: "#/requests?tab=keys", en: "Monitoring", zh: "请求监控", sign: "text=ide-team-a" },
  { path: "#/usage?range=7d", en: "Usage", zh: "用量分析", sign: "text=gpt-5.4" },
  { path: "#/usage?range=7d&tab=trends", en: "Usage", zh: "用量分析", sign: "[role=slider]" },
  { path: "#/usage?range=7d&tab=models", en: "Usage", zh: "用量分析", sign: "text=gpt-5.4" },
  { path: "#/usage?range=7d&tab=keys", en: "Usage", zh: "用量分析", sign: "text=ide-team-a" },
  { path: "#/usage?range=7d&tab=credentials", en: "Usage", zh: "用量分析", sign: "text=claude-writer" },
  { path: "#/usage?range=7d&tab=heatmap", en: "Usage", zh: "用量分析", sign: "[data-cell]" },
  { path: "#/usage?range=7d&tab=explore", en: "Usage", zh: "用量分析", sign: "text=gpt-5.4" },
  { path: "#/prices", en: "Prices", zh: "价格", sign: "text=gpt-5.4" },
  { path: "#/prices/edit?model=gpt-5.4", en: "Price of gpt-5.4", zh: "gpt-5.4 的价格", sign: "text=models.dev" },
  { path: "#/keys", en: "API keys", zh: "API 密钥", sign: "text=ide-team-a" },
  { path: "#/settings", en: "Settings", zh: "设置", sign: 'input[name="cpa-url"]' },
  { path: "#/audit", en: "Audit trail", zh: "审计记录", sign: "text=gpt-5.4" },
  { path: "#/audit?action=price&drawer=261", en: "Audit trail", zh: "审计记录", sign: "text=gpt-5.4" },
  { path: "#/system", en: "System", zh: "系统", sign: "text=HTTP_ADDR" },
];
