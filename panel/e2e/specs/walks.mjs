// The three walks of a new operator, counted in clicks. Always against the mock, which has weeks of made-up history.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { startMock } from "../../mock/server.mjs";
import { eventually, openPage, signIn, spec } from "../browser.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export function walkSpecs(world) {
  describe("walks of a new operator, with the mock", { concurrency: 1 }, () => {
    let mock;
    let base;
    before(async () => {
      mock = await startMock({ rate: 0 });
      base = `http://127.0.0.1:${mock.port}`;
    });
    after(() => mock?.close());

    /** Signs in at the dashboard and counts every click from there. */
    const begin = async (options = {}) => {
      const context = await world.browser.newContext({
        locale: "en-GB",
        viewport: { width: 1440, height: 900 },
        ...options,
      });
      const { page, problems } = await openPage(context, base);
      await signIn(page, base, mock.adminKey);
      let clicks = 0;
      const click = async (target) => {
        clicks += 1;
        await target.click();
      };
      return { page, problems, click, clicks: () => clicks };
    };

    for (const [size, options] of [
      ["a desk", {}],
      ["a phone", PHONE],
    ]) {
      spec(world, `from "something is wrong" to the one request: three clicks, on ${size}`, async () => {
        const { page, problems, click, clicks } = await begin(options);
        const failures = page.locator("section", { has: page.getByRole("heading", { name: "Failures by cause" }) });
        await click(failures.locator("li a").first());
        // The causes of this view, and an example of the first one.
        await click(page.getByRole("link", { name: /^Example/ }).first());
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByRole("heading", { name: "Failure body" }).waitFor();
        assert.ok(clicks() <= 3, `${clicks()} clicks`);
        assert.match(page.url(), /#\/requests\/\d+\?/);
        assert.deepEqual(problems, []);
      });
    }

    spec(world, "why requests of one account fail: by its name, in three clicks at most", async () => {
      const { page, click, clicks } = await begin();
      const table = page.getByRole("table", { name: "Accounts" });
      const name = await table.locator("tbody a").first().innerText();
      await click(table.locator("tbody a").first());
      await eventually(() => assert.match(page.url(), /account=/));
      await click(page.getByRole("link", { name: /^Example/ }).first());
      const drawer = page.locator("aside[data-drawer]");
      await drawer.getByRole("heading", { name: "Failure body" }).waitFor();
      assert.ok((await drawer.innerText()).includes(name.split("\n")[0]), "it is a request of that account");
      assert.ok(clicks() <= 3, `${clicks()} clicks`);
    });

    spec(
      world,
      'from "it got expensive" to model, key and hour: two clicks; yesterday\'s peak exported: seven',
      async () => {
        const { page, problems, click, clicks } = await begin();
        await click(page.getByRole("link", { name: "Usage", exact: true }).first());
        await click(page.getByRole("button", { name: /Last 24 h/ }));
        await click(page.getByText("Yesterday", { exact: true }).first());
        await page.getByText(/peak \$[\d.,]+ at /).waitFor();
        // The chart says which hour the highest bar is; it is clicked where it stands.
        const chart = page.locator("canvas").first();
        await chart.waitFor();
        const box = await chart.boundingBox();
        const peak = /at \S+ \S+ (\d\d):/.exec(await page.getByText(/peak \$[\d.,]+ at /).innerText());
        const hour = Number(peak?.[1] ?? 0);
        const left = 46;
        await page.mouse.click(box.x + left + ((box.width - left - 16) * (hour + 0.5)) / 24, box.y + box.height - 40);
        const bar = page.getByRole("region", { name: new RegExp(`${String(hour).padStart(2, "0")}:00`) });
        const keys = bar.locator("section", { has: page.getByRole("heading", { name: /^By key/ }) });
        await keys.locator("li").first().waitFor();
        assert.match(await keys.locator("h3").innerText(), /Cost/, "parts of a cost are costs");
        assert.match(await keys.locator("li").first().innerText(), /\$/);
        await bar
          .locator("section", { has: page.getByRole("heading", { name: /^By model/ }) })
          .locator("li")
          .first()
          .waitFor();
        await click(keys.locator("li a").first());
        await eventually(() => assert.match(page.url(), /#\/requests\?.*from=\d+.*key=|#\/requests\?.*key=.*from=\d+/));
        await click(page.getByRole("button", { name: "Export", exact: true }));
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          click(page.getByRole("menuitem", { name: /CSV/ })),
        ]);
        assert.match(download.suggestedFilename(), /\.csv$/);
        assert.equal(clicks() + 1, 7, "with the click on the bar");
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "a missing price is set and the change of the total seen before it is saved: four clicks", async () => {
      const { page, click, clicks } = await begin();
      await click(page.getByRole("link", { name: /Set prices/ }).first());
      await click(page.getByRole("link", { name: /^Set price/ }).first());
      await page.getByLabel("Input", { exact: true }).first().fill("2");
      await page.getByLabel("Output", { exact: true }).first().fill("12");
      const effect = page.locator("section", { has: page.getByRole("heading", { name: "Effect on the total" }) });
      await effect.getByText("Difference").waitFor();
      assert.match(await effect.innerText(), /Requests without a price: [\d,]+ now, [\d,]+ with this price/);
      await click(page.getByRole("button", { name: "Save price" }));
      await page.getByRole("heading", { level: 1, name: "Prices" }).waitFor();
      assert.ok(clicks() <= 4, `${clicks()} clicks`);
    });
  });
}
