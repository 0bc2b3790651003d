import assert from "node:assert/strict";
import { assertAccessible, eventually, openPage, spec, typeKey } from "../browser.mjs";

export function setupSpecs(world) {
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
}
