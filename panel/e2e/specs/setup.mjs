import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { assertAccessible, eventually, openPage, spec, typeKey } from "../browser.mjs";

const TROUBLE = readFileSync(new URL("../../../docs/troubleshooting.md", import.meta.url), "utf8");

/** What the manager answers to a save that the gateway refuses, and what the page must say of it in Chinese. */
const REFUSALS = [
  ["wrong_key", "Enter the right management key", "输入正确的管理密钥"],
  ["remote_management_disabled", "allow-remote: true", "allow-remote: true"],
  ["management_disabled", "check the URL's path", "检查 URL 的路径"],
  ["management_key_not_set", "then enter the same key here", "然后在此输入同一密钥"],
  ["home_mode", "Home server", "Home 服务器"],
  ["banned", "Wait the stated time", "等待所示时间"],
  ["attempts_spent", "Check the management key", "核对管理密钥"],
  ["dns_failed", "Check the host name", "检查主机名"],
  ["tls_failed", "USAGE_RESP_TLS_SKIP_VERIFY", "USAGE_RESP_TLS_SKIP_VERIFY"],
  ["loopback_in_container", "host.docker.internal", "host.docker.internal"],
  ["connect_refused", "Start CPA", "启动 CPA"],
];
const OF_THE_API = [
  "wrong_key",
  "remote_management_disabled",
  "management_disabled",
  "management_key_not_set",
  "home_mode",
];

/** The text and the next step of the manager's own table. */
function refusalOf(reason) {
  const [, text, step] = TROUBLE.match(
    new RegExp(`### ${reason}\\n\\n> (.+)\\n[\\s\\S]*?\\*\\*What to do:\\*\\* (.+)`),
  );
  const code = OF_THE_API.includes(reason) ? "management_api_validation_failed" : reason;
  const late = reason === "banned" || reason === "attempts_spent";
  const body = { error: text, code, reason, hint: step, ...(late ? { retry_after_seconds: 1500 } : {}) };
  return { status: late ? 429 : 502, contentType: "application/json", body: JSON.stringify(body) };
}

export function setupSpecs(world) {
  spec(world, "says the next step of every refusal on saving, in both languages", async () => {
    const { target, browser } = world;
    for (const locale of ["en-GB", "zh-CN"]) {
      const context = await browser.newContext({ locale });
      const { page } = await openPage(context, target.base);
      await page.goto(`${target.base}/management.html`);
      await typeKey(page, target.adminKey);
      await page.locator('input[name="cpa-url"]').fill(target.gateway);
      await page.locator('input[name="cpa-management-key"]').fill("a-key");
      const seen = new Set();
      for (const [reason, english, chinese] of REFUSALS) {
        await page.unroute("**/setup");
        await page.route("**/setup", (route) => route.fulfill(refusalOf(reason)));
        await page.locator('button[type="submit"]').click();
        const wanted = locale === "zh-CN" ? chinese : english;
        const banner = page.locator('[role="alert"]').filter({ hasText: wanted });
        await banner.waitFor({ timeout: 10_000 });
        const said = await banner.innerText();
        assert.match(said, locale === "zh-CN" ? /[\u4e00-\u9fff]/ : /Next: /, reason);
        seen.add(said);
      }
      assert.equal(seen.size, REFUSALS.length, "each has words of its own");
      await context.close();
    }
  });

  spec(world, "leads from the first login through refusals to a connected gateway", async () => {
    const { target, browser } = world;
    const context = await browser.newContext({ locale: "en-GB" });
    const { page, problems } = await openPage(context, target.base);
    await page.goto(`${target.base}/management.html`);
    await typeKey(page, target.adminKey);
    const url = page.locator('input[name="cpa-url"]');
    await url.waitFor();
    await eventually(() =>
      assert.match(page.url(), /#\/setup$/, "a manager without a gateway begins with the setup page"),
    );
    await assertAccessible(page, "setup");
    const key = page.locator('input[name="cpa-management-key"]');
    const connect = page.getByRole("button", { name: "Connect", exact: true });

    // What is missing is said at its field, and the field gets the focus.
    await connect.click();
    await eventually(async () =>
      assert.match(await page.locator('[role="alert"]').innerText(), /Enter the management key/),
    );
    await eventually(async () => assert.equal(await key.evaluate((field) => field === document.activeElement), true));

    // An address that cannot be resolved.
    await url.fill("http://nowhere.invalid:8317");
    await key.fill(target.managementKey);
    await connect.click();
    const banner = page.locator('[role="alert"]').filter({ hasText: "nothing was saved" });
    await banner.waitFor({ timeout: 40_000 });
    await eventually(async () => assert.match(await banner.innerText(), /host name/i));
    await eventually(async () => assert.match(await banner.innerText(), /Next: /));
    await assertAccessible(page, "setup, refused");

    // A wrong key, tested once: the manager itself takes care not to be banned.
    await url.fill(target.gateway);
    await key.fill("this-is-not-the-key");
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await page.getByText("This connection does not work yet").waitFor({ timeout: 40_000 });
    const failed = page.locator("li").filter({ hasText: "Management key" });
    await eventually(async () =>
      assert.match(await failed.innerText(), /Failed[\s\S]*refused[\s\S]*right management key/i),
    );
    await assertAccessible(page, "setup, tested");

    // The same in Chinese, with the next step.
    await page.getByRole("button", { name: /Language/ }).click();
    await page.getByRole("menuitemradio", { name: "简体中文" }).click();
    await eventually(async () =>
      assert.match(await page.locator("li").filter({ hasText: "管理密钥" }).innerText(), /网关拒绝了管理密钥/),
    );
    await page.getByRole("button", { name: /语言/ }).click();
    await page.getByRole("menuitemradio", { name: "English" }).click();

    await key.fill(target.managementKey);
    await connect.click();
    await page.getByRole("heading", { name: "The gateway is connected" }).waitFor({ timeout: 40_000 });
    await assertAccessible(page, "setup, done");
    await page.getByRole("button", { name: "Watch requests arrive" }).click();
    await page.getByRole("heading", { name: "Requests" }).waitFor();
    await eventually(() => assert.match(page.url(), /#\/requests/));

    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
    assert.ok(!kept.includes(target.managementKey) && !kept.includes(target.adminKey), "no credential in the browser");
    assert.deepEqual(problems, []);
    await context.close();
  });

  spec(world, "opened again, it begins with what is stored: publishing that was switched off stays off", async () => {
    const { target, browser } = world;
    const context = await browser.newContext({ locale: "en-GB" });
    const { page, problems } = await openPage(context, target.base);
    await page.goto(`${target.base}/management.html`);
    let stored = false;
    await page.route("**/usage-service/config", async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      if (body.config) body.config.collector = { ...body.config.collector, ensureUsageStatisticsEnabled: stored };
      await route.fulfill({ response: answer, json: body });
    });
    const sent = [];
    await page.route("**/setup", (route) => {
      sent.push(route.request().postDataJSON().ensureUsageStatisticsEnabled);
      return route.fulfill({ json: { ok: true, upstream: target.gateway, warnings: [] } });
    });
    await typeKey(page, target.adminKey);
    await page.locator("#main").waitFor();
    for (stored of [false, true]) {
      await page.goto(`${target.base}/management.html#/setup`);
      await page.reload();
      const publishing = page.getByRole("switch", { name: /Switch on usage publishing/ });
      await publishing.waitFor();
      assert.equal(await publishing.isChecked(), stored);
      await page.locator('input[name="cpa-management-key"]').fill(target.managementKey);
      await page.getByRole("button", { name: "Connect", exact: true }).click();
      await page.getByRole("heading", { name: "The gateway is connected" }).waitFor();
    }
    assert.deepEqual(sent, [false, true]);
    assert.deepEqual(problems, []);
  });
}
