// What a page shows when its answers fail, are slow, are refused, or when there is nothing to answer.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, eventually, settled, spec } from "../browser.mjs";
import { mocked, PAGES } from "../mocked.mjs";

/** What a page reads; who is signed in and what serves the page stay answered, and the stream is its own matter. */
const READS =
  /\/(api\/v1\/(?!session$|events\/stream|preferences|views)|v0\/management\/|usage-service\/config|status$)/;
/** One page of each kind: the failed state belongs to the panels, and those are the same ones on the other tabs. */
const READING = PAGES.filter(({ path }) => !/tab=(trends|keys|credentials)/.test(path) && !path.includes("edit"));
/** A network that is gone is tried three times before it is said, which takes its time. */
const FEW = READING.filter(({ path }) => ["#/", "#/requests", "#/prices"].includes(path));
/** What a page says of an empty database, in both languages. */
const EMPTY = {
  "#/": ["No token in this view", "此视图没有 Token"],
  "#/requests": ["No request has arrived yet", "还没有请求到达"],
  "#/requests?tab=accounts": ["No account in this view", "此视图没有账号"],
  "#/requests?tab=keys": ["No key in this view", "此视图没有密钥"],
  "#/usage?range=7d": ["No request in this view", "此视图中没有请求"],
  "#/usage?range=7d&tab=trends": ["No request in this view", "此视图中没有请求"],
  "#/usage?range=7d&tab=models": ["No request in this view", "此视图中没有请求"],
  "#/usage?range=7d&tab=keys": ["No request in this view", "此视图中没有请求"],
  "#/usage?range=7d&tab=credentials": ["No request in this view", "此视图中没有请求"],
  "#/usage?range=7d&tab=heatmap": ["No request in this view", "此视图中没有请求"],
  "#/usage?range=7d&tab=explore": ["No request in this view", "此视图中没有请求"],
  "#/prices": ["In use 0", "使用中 0"],
  "#/prices/edit?model=gpt-5.4": [
    "Change a rate and the total appears here",
    "修改费率后，保存之前这里就会显示新的总额",
  ],
  "#/keys": ["No request in this time", "此时段没有请求"],
  // The form is never empty: it holds what is stored, and this browser is signed in.
  "#/settings": ["browsers are signed in", "个浏览器已登录"],
  // Who reads it has signed in.
  "#/audit": ["Sign in", "登录"],
  "#/audit?action=price&drawer=261": ["No entry matches this view", "没有符合此视图的记录"],
  "#/system": ["None since the manager started", "管理器启动以来没有"],
};
const NONSENSE = /\bNaN\b|\bundefined\b|\bnull\b|\bInfinity\b|\[object|\bInvalid Date\b|1970/;

export function stateSpecs(world) {
  describe("states, with the mock", () => {
    const group = mocked(world, { history: 300 });
    const open = group.open;

    for (const [what, answer, words, pages] of [
      [
        "an answer of 500",
        (route) =>
          route.fulfill({ status: 500, json: { error: "the database could not be read", code: "store_unavailable" } }),
        /answered 500/,
        READING,
      ],
      ["a network that is gone", (route) => route.abort("connectionfailed"), /did not answer|does not answer/, FEW],
    ]) {
      spec(world, `says ${what} where it happened, and reads again when told`, async () => {
        const { page, problems } = await open("#/keys");
        for (const { path, sign } of pages) {
          await page.route(READS, answer);
          await page.goto("about:blank");
          await page.goto(`${group.base}/management.html${path}`);
          const main = page.locator("#main");
          await main.getByText(words).first().waitFor({ timeout: 20_000 });
          const retry = main.getByRole("button", { name: /^Retry/ });
          await retry.first().waitFor();
          assert.doesNotMatch(await main.innerText(), NONSENSE, path);
          await settled(page);
          await assertAccessible(page, `${path}, ${what}`);
          await page.unroute(READS);
          // Each failed panel has its own button; a panel that came back takes its button with it.
          await eventually(async () => {
            const button = retry.first();
            if (await button.isVisible()) await button.click({ timeout: 1_000 });
            assert.equal(await retry.count(), 0, `${path}: everything came back`);
          });
          await main.locator(sign).first().waitFor();
        }
        assert.deepEqual(problems, []);
      });
    }

    spec(world, "shows that it reads while an answer is slow, and no figure before there is one", async () => {
      const { page, problems } = await open("#/keys");
      for (const { path, sign } of READING) {
        let release;
        const gate = new Promise((done) => {
          release = done;
        });
        await page.route(READS, async (route) => {
          await gate;
          await route.continue();
        });
        await page.goto("about:blank");
        await page.goto(`${group.base}/management.html${path}`);
        const reading = page.locator('#main [role="status"] > i');
        await reading.first().waitFor({ state: "attached" });
        const text = await page.locator("#main").innerText();
        assert.doesNotMatch(text, NONSENSE, path);
        assert.doesNotMatch(text, /\$0\b|(^|\s)0%/, `${path}: nothing is claimed`);
        release();
        await page.locator("#main").locator(sign).first().waitFor();
        await eventually(async () => assert.equal(await reading.count(), 0));
        await page.unroute(READS);
      }
      assert.deepEqual(problems, []);
    });

    spec(world, "a refusal of the gateway stays in its panel and signs nobody out of the manager", async () => {
      const { page } = await open("#/keys");
      const relayed = /\/v0\/management\/(auth-files|request-log|request-error-logs)/;
      const own = "**/api/v1/gateway-settings";
      const refused = { error: "invalid management key" };
      await page.route(relayed, (route) =>
        route.fulfill({ status: 401, headers: { "x-cpamp-upstream": "1" }, json: refused }),
      );
      await page.route(own, (route) =>
        route.fulfill({ status: 502, json: { error: "the gateway answered 401", code: "gateway_unavailable" } }),
      );
      await page.goto("about:blank");
      await page.goto(`${group.base}/management.html#/`);
      const settings = page.locator("section", { has: page.getByRole("heading", { name: "Gateway settings" }) });
      await settings.getByText("The manager answered 502: The gateway answered 401").waitFor();
      await settled(page);
      await eventually(() => assert.match(page.url(), /#\/$/, "still on the dashboard"));
      assert.equal(await page.locator('input[name="admin-key"]').count(), 0);
      // Without the mark it is the manager's, and the session is over.
      await page.unroute(own);
      await page.route(own, (route) => route.fulfill({ status: 401, json: { error: "no session" } }));
      await settings.getByRole("button", { name: /^Retry/ }).click();
      await page.locator('input[name="admin-key"]').waitFor();
    });

    spec(world, "a session that ends leads to the login page, and after it back to the same place", async () => {
      const { context, page, problems } = await open("#/requests?status=failed");
      await page.locator('a[id^="request-"]').first().click();
      await page.locator("aside[data-drawer] dl").first().waitFor();
      const place = page.url();
      // Nothing is read any more: what leads to the login page is the click.
      await settled(page);
      await context.clearCookies();
      await page.getByRole("link", { name: /^Accounts/ }).click();
      await page.locator('input[name="admin-key"]').waitFor();
      await eventually(() => assert.match(page.url(), /#\/login\?to=.*tab/));
      await page.goBack();
      await page.locator('input[name="admin-key"]').waitFor();
      await page.goto(place);
      await page.locator('input[name="admin-key"]').fill(group.adminKey);
      await page.keyboard.press("Enter");
      await page.locator("aside[data-drawer] dl").first().waitFor();
      await eventually(() => assert.equal(page.url(), place));
      assert.deepEqual(problems, []);
    });

    spec(world, "stays signed in over a reload, with nothing kept but a cookie that no script can read", async () => {
      const { context, page } = await open("#/usage?range=7d");
      await page.reload();
      await page.getByRole("heading", { level: 1, name: "Usage" }).waitFor();
      const [cookie] = (await context.cookies()).filter(({ name }) => name === "cpamp_session");
      assert.equal(cookie.httpOnly && cookie.sameSite, "Strict");
      const kept = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      );
      assert.ok(!kept.includes(cookie.value) && !kept.includes(group.adminKey), kept);
    });

    spec(
      world,
      "a collector that stands still is said on every page, and monitoring says why nothing arrives",
      async () => {
        await group.tell("set", { frozenAt: Date.now() - 25 * 60_000 });
        const { page, problems } = await open("#/");
        for (const { path } of READING) {
          await page.goto(`${group.base}/management.html${path}`);
          await page
            .locator("header")
            .getByText(/Behind: complete only to \d\d:\d\d:\d\d/)
            .waitFor();
        }
        await assertAccessible(page, "behind");
        await group.tell("set", { frozenAt: undefined });
        for (const [set, words, way] of [
          [{ collector: "stopped" }, "Collection is off", "Open the settings"],
          [{ publishing: false }, "The gateway publishes no usage records", "Open the settings"],
          [{ info: { connectionState: "not_configured" } }, "No gateway is connected", "Connect the gateway"],
        ]) {
          await group.tell("set", set);
          await page.goto("about:blank");
          await page.goto(`${group.base}/management.html#/requests`);
          const callout = page.locator("#main").getByText(words);
          await callout.waitFor();
          await page.locator("#main").getByRole("link", { name: way }).first().waitFor();
          await assertAccessible(page, words);
          await group.tell("set", { collector: "running", publishing: true, info: undefined });
        }
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "login: a manager that answers 500, and one that is in trouble, are told apart", async () => {
      const { page } = await group.visit();
      await page.route("**/api/v1/session", (route) =>
        route.request().method() === "POST"
          ? route.fulfill({ status: 503, json: { error: "the database cannot be written", code: "store_unavailable" } })
          : route.fulfill({ status: 401, json: { error: "no session", code: "invalid_admin_key" } }),
      );
      await page.goto(`${group.base}/management.html`);
      await page.locator('input[name="admin-key"]').fill(group.adminKey);
      await page.keyboard.press("Enter");
      const alert = page.locator('[role="alert"]');
      await alert.waitFor();
      await eventually(async () => assert.match(await alert.innerText(), /database/));
      // The key can be looked at, and is hidden again.
      await page.getByRole("button", { name: "Show key" }).click();
      await eventually(async () =>
        assert.equal(await page.locator('input[name="admin-key"]').getAttribute("type"), "text"),
      );
      await page.getByRole("button", { name: "Hide key" }).click();
      await eventually(async () =>
        assert.equal(await page.locator('input[name="admin-key"]').getAttribute("type"), "password"),
      );
      // Language and theme before anybody has signed in.
      await page.getByRole("button", { name: /Language/ }).click();
      await page.getByRole("menuitemradio", { name: "简体中文" }).click();
      await page.getByRole("heading", { name: "登录" }).waitFor();
      await page.getByRole("button", { name: "主题" }).click();
      await page.getByRole("menuitemradio", { name: "深色" }).click();
      await eventually(async () =>
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark"),
      );
      await assertAccessible(page, "login, Chinese, dark");
    });

    spec(world, "setup: history that is already there, and a connection that the environment fixes", async () => {
      await group.tell("set", {
        info: { setupRequired: true, configured: false, connectionState: "not_configured", hasHistoricalData: true },
      });
      await group.tell("set", { locked: true });
      const { page } = await group.visit();
      await page.goto(`${group.base}/management.html`);
      await page.locator('input[name="admin-key"]').fill(group.adminKey);
      await page.keyboard.press("Enter");
      const url = page.locator('input[name="cpa-url"]');
      await url.waitFor();
      await page.getByText("There are stored requests already").waitFor();
      await eventually(async () => assert.equal(await url.getAttribute("readonly"), ""));
      await assertAccessible(page, "setup, history, locked");
      await page.getByRole("button", { name: "Look at the stored requests first" }).click();
      await page.locator("#main").waitFor();
      await group.tell("set", { info: undefined, locked: false });
    });
  });

  describe("an empty database, with the mock", () => {
    const group = mocked(world, { history: 0 });
    for (const [locale, colorScheme] of [
      ["en-GB", "light"],
      ["zh-CN", "dark"],
    ]) {
      spec(world, `every page says that there is nothing yet, ${locale}`, async () => {
        const { page, problems } = await group.open("#/", { locale, colorScheme });
        for (const { path, en, zh } of PAGES) {
          await page.goto(`${group.base}/management.html${path}`);
          await page.getByRole("heading", { level: 1, name: locale === "zh-CN" ? zh : en }).waitFor();
          await settled(page);
          assert.ok(path in EMPTY, `${path}: what it says is known`);
          const words = EMPTY[path][locale === "zh-CN" ? 1 : 0];
          // Spaces in a row of chips are layout.
          const read = async () => (await page.locator("#main").innerText()).replaceAll(/[\s\u00a0]+/g, " ");
          await eventually(async () => assert.ok((await read()).includes(words), `${path} says "${words}"`));
          assert.doesNotMatch(await read(), NONSENSE, path);
          // Nothing that could be taken for a figure of requests that were never made.
          const claims = page.locator("#main").locator("[data-cell], canvas");
          if (path.includes("heatmap")) await eventually(async () => assert.equal(await claims.count(), 0, path));
          if (path === "#/settings") {
            await eventually(async () =>
              assert.equal(await page.locator('input[name="cpa-url"]').inputValue(), "http://cli-proxy-api:8317"),
            );
            assert.equal(await page.locator('input[name="cpa-management-key"]').inputValue(), "", "no key comes back");
            assert.ok(await page.locator('input[name="poll"]').inputValue());
          }
          await assertNoSidewaysScroll(page, path);
          await assertAccessible(page, `${path}, empty, ${locale}`);
        }
        assert.deepEqual(problems, []);
      });
    }
  });
}
