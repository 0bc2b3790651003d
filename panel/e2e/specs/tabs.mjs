import assert from "node:assert/strict";
import { eventually, openPage, signIn, spec } from "../browser.mjs";
import { record } from "../target.mjs";

const TABS = 10;

export function tabSpecs(world) {
  for (const plain of [false, true]) {
    const where = plain ? "over plain http on another name than localhost" : "on the loopback address";
    spec(world, `shares one push connection between ${TABS} tabs ${where}`, async () => {
      const { target, browser, hostName } = world;
      const base = plain ? `http://${hostName}:${new URL(target.base).port}` : target.base;
      const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
      const running = new Set();
      let opened = 0;
      const count = (page) => {
        page.on("request", (request) => {
          if (!request.url().includes("/api/v1/events/stream")) return;
          opened += 1;
          running.add(request);
        });
        for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => running.delete(request));
      };
      const tabs = [];
      for (let index = 0; index < TABS; index += 1) {
        const { page, problems } = await openPage(context, base);
        count(page);
        if (index === 0) await signIn(page, base, target.adminKey, "#/requests?provider=e2e-tabs");
        else await page.goto(`${base}/management.html#/requests?provider=e2e-tabs`);
        tabs.push({ page, problems });
      }
      if (plain) assert.equal(await tabs[0].page.evaluate(() => window.isSecureContext), false);
      for (const { page } of tabs) await page.getByRole("button", { name: /^Live/ }).waitFor();
      await eventually(() => assert.equal(running.size, 1));

      const sees = async (pages, model) => {
        await target.publish([record({ model, alias: model, provider: "e2e-tabs" })]);
        for (const { page } of pages)
          await page.locator("section[aria-labelledby=requests-title] tbody tr").filter({ hasText: model }).waitFor();
      };
      await sees(tabs, `gpt-tabs-${Date.now()}`);
      assert.equal(running.size, 1, "one connection for all tabs");

      // The tab that holds it is closed: another one takes over from where it was.
      const leader = [...running][0].frame().page();
      const rest = tabs.filter(({ page }) => page !== leader);
      const before = opened;
      await leader.close();
      running.clear();
      await eventually(() => assert.ok(opened > before, "another tab took over"));
      await sees(rest, `gpt-handover-${Date.now()}`);
      // Where a machine is so busy that two take over at the same time, one gives up again.
      await eventually(() => assert.equal(running.size, 1));

      // All the others still have connections for their own requests.
      for (const { page } of rest.slice(0, 6)) {
        const status = await page.evaluate(async () => (await fetch("/api/v1/events?limit=1")).status);
        assert.equal(status, 200);
      }
      // Signing out in one tab ends the session in all.
      await rest[0].page.getByRole("button", { name: "More", exact: true }).click();
      await rest[0].page.getByRole("menuitem", { name: "Sign out" }).click();
      for (const { page } of rest) await page.locator('input[name="admin-key"]').waitFor();
      for (const { problems } of tabs) assert.deepEqual(problems, []);
      await context.close();
    });
  }

  spec(world, "copies over plain http, where there is no clipboard interface", async () => {
    const { target, browser, hostName } = world;
    const base = `http://${hostName}:${new URL(target.base).port}`;
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
    const { page, problems } = await openPage(context, base);
    await signIn(page, base, target.adminKey, "#/requests?range=all");
    // The first row may give way to a newer one under the pointer: then the click meets nothing.
    const copy = page.getByRole("button", { name: "Copy the link to this request" });
    await eventually(async () => {
      await page.locator('a[id^="request-"]').first().click();
      await copy.waitFor({ timeout: 3_000 });
    }, 30_000);
    assert.equal(await page.evaluate(() => typeof navigator.clipboard), "undefined");
    await copy.click();
    await page.getByRole("status").filter({ hasText: "Copied" }).waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });
}
