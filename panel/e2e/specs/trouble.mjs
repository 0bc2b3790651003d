// What a healthy manager does not show. The mock is told to misbehave, also when the other tests use the real manager.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { startMock } from "../../mock/server.mjs";
import { assertAccessible, eventually, openPage, signIn, spec, typeKey } from "../browser.mjs";

export function troubleSpecs(world) {
  describe("trouble, with the mock", () => {
    let mock;
    let base;
    const tell = (name, body = {}) => fetch(`${base}/__mock/${name}`, { method: "POST", body: JSON.stringify(body) });
    const open = async () => {
      const context = await world.browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
      return { context, ...(await openPage(context, base)) };
    };
    before(async () => {
      mock = await startMock({ rate: 0, history: 300 });
      base = `http://127.0.0.1:${mock.port}`;
    });
    after(() => mock.close());

    spec(world, "counts down when there were too many tries, and knows a CPA key", async () => {
      const { context, page } = await open();
      await page.goto(`${base}/management.html`);
      await typeKey(page, mock.managementKey);
      await page.locator('[role="alert"]').filter({ hasText: "management key" }).waitFor();
      for (let tries = 0; tries < 4; tries += 1) {
        await page.locator('input[name="admin-key"]').fill(`wrong-${tries}`);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.waitForTimeout(150);
      }
      const wait = page.getByRole("button", { name: /Wait \d+ s/ });
      await wait.waitFor();
      await eventually(async () => assert.equal(await wait.isDisabled(), true));
      await assertAccessible(page, "login, throttled");
      await context.close();
      await tell("reset");
    });

    spec(world, "says on dashboard and monitoring that nothing is collected, and where that is changed", async () => {
      await tell("set", { collector: "stopped" });
      const { context, page } = await open();
      await signIn(page, base, mock.adminKey);
      for (const hash of ["#/", "#/requests"]) {
        await page.goto(`${base}/management.html${hash}`);
        await page.locator("#main").getByText("Collection is off").waitFor();
        await assertAccessible(page, `collection is off, ${hash}`);
      }
      await page.getByRole("link", { name: "Open the settings" }).click();
      await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
      await context.close();
      await tell("reset");
    });

    spec(world, "keeps what it shows when the manager goes away, marks it, and recovers", async () => {
      const { context, page } = await open();
      await signIn(page, base, mock.adminKey, "#/requests");
      await page.getByRole("button", { name: /^Live/ }).waitFor();
      await page.locator("tbody tr").first().waitFor();
      await tell("down");
      await page.getByText(/Live updates stopped at/).waitFor();
      await eventually(async () => assert.ok((await page.locator("tbody tr").count()) > 10, "the rows stay"));
      await eventually(async () => assert.match(await page.locator("header").first().innerText(), /As of/));
      await assertAccessible(page, "stale");
      await tell("reset");
      // It may have found the manager by itself in the meantime.
      await page
        .getByRole("button", { name: "Retry now" })
        .click({ timeout: 3_000 })
        .catch(() => {});
      await page.getByText(/Live updates stopped at/).waitFor({ state: "detached" });
      await page.getByRole("button", { name: /^Live/ }).waitFor();
      await context.close();
    });

    spec(world, "says on the login page that the manager does not answer", async () => {
      const { context, page } = await open();
      await page.goto(`${base}/management.html`);
      await page.locator('input[name="admin-key"]').waitFor();
      await tell("down");
      await typeKey(page, mock.adminKey);
      await page.locator('[role="alert"]').filter({ hasText: "does not answer" }).waitFor();
      await tell("reset");
      await context.close();
    });

    spec(world, "shows a refused key with the next step, and tries again when told", async () => {
      const { context, page } = await open();
      await signIn(page, base, mock.adminKey, "#/system");
      await page.getByRole("heading", { level: 2, name: "Gaps" }).waitFor();
      await tell("key-refused");
      const alert = page.locator("main").getByText(/The gateway refused the management key/);
      await alert.waitFor();
      await page.getByText(/Enter the right management key/).waitFor();
      await page.locator("header").getByText("Not collecting: the management key was refused").waitFor();
      await page.getByRole("cell", { name: /– now/ }).waitFor();
      await assertAccessible(page, "key refused");
      await page.getByRole("button", { name: "Try again" }).click();
      await page
        .locator("header")
        .getByText(/Complete to/)
        .waitFor();
      await context.close();
    });

    spec(
      world,
      "asks again for the connection when data.key is gone, and lets the history be read meanwhile",
      async () => {
        await tell("reentry");
        const { context, page } = await open();
        await page.goto(`${base}/management.html`);
        await typeKey(page, mock.adminKey);
        await page.getByText("The connection must be entered again").waitFor();
        await assertAccessible(page, "re-entry");
        await page.getByRole("button", { name: "Look at the stored requests first" }).click();
        await page.locator("tbody tr").first().waitFor();
        await context.close();
        await tell("reset");
      },
    );
  });
}
