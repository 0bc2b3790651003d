// The same file, hosted by CPA itself. Always against the mock: it can be the gateway that hosts the page.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { FILES, PLAIN_KEYS } from "../../mock/gateway-routes.mjs";
import { startMock } from "../../mock/server.mjs";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, spec } from "../browser.mjs";

export function hostedSpecs(world) {
  describe("hosted by CPA", { concurrency: 1 }, () => {
    let mock;
    let base;
    const tell = async (name, body = {}) =>
      (await fetch(`${base}/__mock/${name}`, { method: "POST", body: JSON.stringify(body) })).json();
    before(async () => {
      mock = await startMock({ rate: 0, history: 10 });
      base = `http://127.0.0.1:${mock.port}`;
    });
    after(() => mock?.close());
    const open = async (hash = "", options = {}) => {
      await tell("reset");
      await tell("lightweight");
      const context = await world.browser.newContext({
        locale: "en-GB",
        viewport: { width: 1440, height: 900 },
        ...options,
      });
      const opened = await openPage(context, base);
      await opened.page.goto(`${base}/management.html${hash}`);
      await opened.page.locator('input[name="management-key"]').waitFor();
      return { context, ...opened };
    };
    const enter = async (page, key) => {
      await page.locator('input[name="management-key"]').fill(key);
      await page.keyboard.press("Enter");
    };
    /** The bell, the menu and the finder belong to the manager's shell; nothing here leads to its audit trail. */
    const assertNoWayToTheTrail = async (page) => {
      assert.equal(await page.getByRole("button", { name: /^Notifications/ }).count(), 0);
      assert.equal(await page.locator('a[href$="#/audit"]:not([href*="://"])').count(), 0);
      await page.keyboard.press("Control+k");
      await page.keyboard.press("g");
      await page.keyboard.press("a");
      assert.equal(await page.getByRole("combobox").count(), 0);
    };
    const figure = (page, label) =>
      page.locator("section[aria-label] > *", { hasText: new RegExp(`^${label}`) }).first();

    spec(world, "asks nothing before a key is typed, tries a wrong one once, and says what CPA said", async () => {
      const { page, problems } = await open("#/requests");
      await page.getByRole("heading", { name: "This page is hosted by CPA" }).waitFor();
      assert.equal((await tell("state")).directCalls, 0, "it probes nothing");
      await assertAccessible(page, "hosted by CPA");
      await enter(page, "a-wrong-key");
      const alert = page.locator('[role="alert"]');
      await alert.getByText("The gateway refused this key.").waitFor();
      assert.equal((await tell("state")).directCalls, 1, "one attempt for one press");
      assert.deepEqual(problems, []);
    });

    spec(world, "shows what CPA alone can tell, and keeps neither the key nor any key of the gateway", async () => {
      const { page, problems } = await open();
      await enter(page, mock.managementKey);
      await page.getByText("1 of 3 enabled credentials cannot be used").waitFor();
      const slots = FILES.flatMap(({ recent_requests }) => recent_requests);
      const usage = await (
        await fetch(`${base}/v0/management/api-key-usage`, {
          headers: { Authorization: `Bearer ${mock.managementKey}` },
        })
      ).json();
      const all = [...slots, ...Object.values(usage.claude)[0].recent_requests];
      const sum = (name) => all.reduce((total, slot) => total + slot[name], 0);
      await eventually(async () =>
        assert.match(await figure(page, "Requests").innerText(), new RegExp(`\\b${sum("success") + sum("failed")}\\b`)),
      );
      const share = `${((100 * sum("failed")) / (sum("success") + sum("failed"))).toFixed(1)}%`;
      await eventually(async () =>
        assert.ok((await figure(page, "Failed").innerText()).startsWith(`Failed\n${sum("failed")}${share}`)),
      );
      await eventually(async () => assert.match(await figure(page, "Models").innerText(), /\b2\b/));
      // Worst first, with the gateway's own words.
      const first = page.getByRole("table", { name: "Credentials" }).locator("tbody tr").first();
      await eventually(async () =>
        assert.match(await first.innerText(), /ops@example\.org[\s\S]*Cannot be used[\s\S]*usage limit reached/),
      );
      await page.getByText("proxy.example.org:3128").waitFor();
      await page.getByRole("button", { name: "Check for updates" }).click();
      await page.getByText("v7.3.0 is available").waitFor();
      // The chart can be read as a table.
      await page.getByRole("button", { name: "Show as table" }).first().click();
      await page.getByRole("region", { name: "Succeeded and failed requests over time" }).waitFor();
      const text = await page.evaluate(
        () =>
          document.documentElement.outerHTML +
          JSON.stringify({ ...localStorage }) +
          JSON.stringify({ ...sessionStorage }),
      );
      for (const secret of [mock.managementKey, ...PLAIN_KEYS, "secret-word"]) {
        assert.ok(!text.includes(secret), `${secret} is nowhere`);
      }
      await assertAccessible(page, "hosted by CPA, dashboard");
      assert.deepEqual(problems, []);
    });

    spec(world, "says of every other page that it needs the manager, and leads to the same view there", async () => {
      const { page } = await open("#/usage?range=7d");
      await enter(page, mock.managementKey);
      await page.getByText("This needs the manager").first().waitFor();
      await eventually(async () => assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Usage"));
      const link = page.getByRole("link", { name: /Open the manager at/ });
      await eventually(async () =>
        assert.match((await link.getAttribute("href")) ?? "", /:18317\/management\.html#\/usage\?range=7d$/),
      );
      await assertAccessible(page, "hosted by CPA, gated");
      await page.evaluate(() => {
        location.hash = "#/audit";
      });
      await page.getByRole("heading", { level: 1, name: "Audit trail" }).waitFor();
      await page.getByText("This needs the manager").first().waitFor();
      await assertNoWayToTheTrail(page);
      await page.getByRole("link", { name: "To the dashboard" }).click();
      await page.getByRole("heading", { level: 1, name: "Dashboard" }).waitFor();
      await assertNoWayToTheTrail(page);
      assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Dashboard");
    });

    spec(world, "does not try a refused key again, and goes back to the sign-in", async () => {
      const { page } = await open();
      await enter(page, mock.managementKey);
      await page.getByText("1 of 3 enabled credentials cannot be used").waitFor();
      await eventually(async () => assert.match(await figure(page, "Models").innerText(), /\b2\b/));
      await tell("set", { managementKey: "another" });
      const before = (await tell("state")).directCalls;
      await page.getByRole("button", { name: "Check for updates" }).click();
      await page.getByText("It was not tried again.").waitFor();
      assert.equal((await tell("state")).directCalls, before + 1);
    });

    spec(world, "a key that was changed at the gateway is refused once, however much is read again", async () => {
      const { page } = await open();
      await page.clock.install();
      await enter(page, mock.managementKey);
      await eventually(async () => assert.match(await figure(page, "Models").innerText(), /\b2\b/));
      await page.getByText("1 file", { exact: true }).waitFor();
      // The page has the focus from the start, and gives it back to the sign-in.
      await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement?.id), "main"));
      await tell("set", { managementKey: "another" });
      const before = await tell("state");
      assert.equal(before.refusedCalls, 0);
      // Everything is stale, and the window is looked at again.
      await page.clock.setSystemTime(Date.now() + 10 * 60_000);
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
      await page.getByText("The gateway no longer accepts the management key").waitFor();
      const field = page.locator('input[name="management-key"]');
      await eventually(async () => assert.ok(await field.evaluate((input) => input === document.activeElement)));
      await page.clock.fastForward(5 * 60_000);
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
      await new Promise((done) => setTimeout(done, 500));
      const after = await tell("state");
      assert.equal(after.refusedCalls, 1, "one refused call for one key");
      assert.equal(after.directCalls, before.directCalls + 1, "nothing else was sent, with a key or without one");
    });

    spec(world, "says that figures are older where the gateway no longer answers, and of when they are", async () => {
      const { page } = await open();
      await page.clock.install();
      await enter(page, mock.managementKey);
      await eventually(async () => assert.match(await figure(page, "Models").innerText(), /\b2\b/));
      const chart = page.locator("section").filter({ has: page.getByRole("heading", { name: "Traffic" }) });
      const slider = chart.getByRole("slider");
      await eventually(async () =>
        assert.equal(await slider.getAttribute("aria-label"), "Succeeded and failed requests over time"),
      );
      await slider.focus();
      await page.keyboard.press("End");
      const last = await slider.getAttribute("aria-valuetext");
      await page.route("**/v0/management/**", (route) => route.fulfill({ status: 500, json: { error: "broken" } }));
      await page.clock.setSystemTime(Date.now() + 45 * 60_000);
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
      // Verdict, strip, chart and both tables.
      for (const place of [
        figure(page, "Usable credentials"),
        chart,
        page.locator("section").filter({ has: page.getByRole("heading", { name: "Now" }) }),
      ])
        await place.getByText(/^as of \d\d:\d\d:\d\d/i).waitFor();
      await page.keyboard.press("End");
      await eventually(async () =>
        assert.equal(await slider.getAttribute("aria-valuetext"), last, "the slots stay where they were read"),
      );
    });

    spec(world, "says that sums are those of the credentials where the keys' counters cannot be read", async () => {
      const { page } = await open();
      await page.route("**/v0/management/api-key-usage", (route) =>
        route.fulfill({ status: 404, json: { error: "not found" } }),
      );
      await enter(page, mock.managementKey);
      const sum = FILES.flatMap(({ recent_requests }) => recent_requests).reduce(
        (total, { success, failed }) => total + success + failed,
        0,
      );
      const requests = figure(page, "Requests");
      await requests.getByText(/last [1-9].*, credentials only/).waitFor();
      await eventually(async () => assert.match(await requests.innerText(), new RegExp(`\\b${sum}\\b`)));
      await page.getByText("The use of provider keys could not be read.").waitFor();
    });

    spec(world, "a figure that is still being read says nothing of its span, nor of whose it is", async () => {
      const { page } = await open();
      const held = [];
      const release = () => {
        for (const go of held.splice(0)) go();
      };
      const hold = (route) =>
        new Promise((done) => {
          held.push(() => done(route.continue()));
        });
      // Without the credentials there is nothing to sum, and without the keys it is not known whose the sum is.
      for (const path of ["**/v0/management/auth-files*", "**/v0/management/api-key-usage"]) {
        await page.route(path, hold);
      }
      await enter(page, mock.managementKey);
      await eventually(() => assert.ok(held.length > 0));
      const requests = figure(page, "Requests");
      await requests.getByText("…").waitFor();
      const claims = /last \d|only|average/;
      for (const name of ["Requests", "Failed"]) assert.doesNotMatch(await figure(page, name).innerText(), claims);
      await page.unroute("**/v0/management/auth-files*", hold);
      release();
      await page.getByText("1 of 3 enabled credentials cannot be used").waitFor();
      await eventually(() => assert.ok(held.length > 0, "the keys are asked for"));
      await requests.getByText("…").waitFor();
      assert.doesNotMatch(await requests.innerText(), claims);
      release();
      await requests.getByText(/^last [1-9]/).waitFor();
      await eventually(async () => assert.match(await requests.innerText(), /^Requests\s+\d+\s+last [^,]*$/));
    });

    spec(world, "a setting that could not be read says why, one that the gateway does not have says that", async () => {
      const { page } = await open();
      await page.route("**/v0/management/ws-auth", (route) =>
        route.fulfill({ status: 500, json: { error: "broken" } }),
      );
      await page.route("**/v0/management/request-retry", (route) =>
        route.fulfill({ status: 404, json: { error: "not found" } }),
      );
      await enter(page, mock.managementKey);
      const settings = page.locator("section", { has: page.getByRole("heading", { name: "Gateway settings" }) });
      await settings.getByText("The gateway answered 500: broken").waitFor({ state: "attached" });
      await settings.getByText("The gateway does not say").waitFor({ state: "attached" });
    });

    spec(world, "leads to the manager beside the gateway that was chosen", async () => {
      const { page } = await open();
      await page.getByText("Another gateway").click();
      await page.locator('input[name="gateway-address"]').fill("https://cpa.example.org:8317/v0/management");
      const link = page.getByRole("link", { name: /Open the manager at/ });
      await eventually(async () =>
        assert.equal(await link.getAttribute("href"), "https://cpa.example.org:18317/management.html"),
      );
    });

    spec(world, "fits a phone in Chinese and dark, and axe finds nothing", async () => {
      const { page } = await open("", {
        locale: "zh-CN",
        colorScheme: "dark",
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
      });
      await assertNoSidewaysScroll(page, "hosted sign-in, phone");
      await enter(page, mock.managementKey);
      await page.getByText("3 个已启用凭证中有 1 个不可用").waitFor();
      await assertAccessible(page, "hosted by CPA, phone");
      await assertNoSidewaysScroll(page, "hosted by CPA, phone");
    });
  });
}
