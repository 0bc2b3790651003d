// The three walks of docs/walks.md, click by click. Always against the mock, which has weeks of made-up history.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe } from "node:test";
import { startMock } from "../../mock/server.mjs";
import { eventually, openPage, settled, signIn, spec, steady } from "../browser.mjs";
import { record } from "../target.mjs";

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
        timezoneId: "Asia/Shanghai",
        ...options,
      });
      const { page, problems } = await openPage(context, base);
      await signIn(page, base, mock.adminKey);
      // Whoever clicks has seen the list first: a row that is still moving is no aim.
      await settled(page);
      let clicks = 0;
      const click = async (target) => {
        clicks += 1;
        await target.click();
      };
      return { page, problems, click, clicks: () => clicks };
    };
    const count = (text) => Number(text.replaceAll(/[^0-9]/g, ""));
    const money = (text) => Number(/\$([\d,.]+)/.exec(text)?.[1].replaceAll(",", ""));
    const panel = (page, name) => page.locator("section", { has: page.getByRole("heading", { name, exact: true }) });
    /** The bar of the peak, where it stands; which hour that is, the head of the chart says. */
    const barOfPeak = async (page, hours) => {
      const chart = page.locator("canvas").first();
      await chart.waitFor();
      // A chart is drawn anew for each answer.
      const [box, head] = await steady(async () => {
        const box = await chart.boundingBox();
        return box && [box, await page.getByText(/peak \$[\d.,]+ at /).innerText()];
      });
      const peak = /at (?:\S+ \S+ )?(\d\d):/.exec(head);
      assert.ok(peak, "the chart names its peak");
      const hour = Number(peak[1]);
      const left = 46;
      const position = {
        x: left + ((box.width - left - 16) * (hours(hour) + 0.5)) / 24,
        y: box.height - 40,
      };
      const bar = page.getByRole("region", { name: new RegExp(`${String(hour).padStart(2, "0")}:00`) });
      return { bar, target: { click: () => chart.click({ position, force: true }) } };
    };

    for (const [size, options] of [
      ["a desk", {}],
      ["a phone", PHONE],
    ]) {
      spec(world, `from "something is wrong" to the one request: two clicks, on ${size}`, async () => {
        const { page, problems, click, clicks } = await begin(options);
        const failures = page.locator("section", { has: page.getByRole("heading", { name: "Failures by cause" }) });
        await click(failures.locator("li a").first());
        // The causes of this view, and an example of the first one.
        await click(page.getByRole("link", { name: /^Example/ }).first());
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByRole("heading", { name: "Failure body" }).waitFor();
        assert.equal(clicks(), 2);
        await eventually(() => assert.match(page.url(), /#\/requests\/\d+\?/));
        assert.deepEqual(problems, []);
      });

      spec(world, `from "something is wrong" to the newest failure: one click, on ${size}`, async () => {
        const { page, click, clicks } = await begin(options);
        const newest = panel(page, "Newest failures").locator("li a").first();
        await newest.waitFor();
        const [what] = (await newest.innerText()).trim().split("\n");
        await eventually(async () =>
          assert.doesNotMatch(await newest.innerText(), /^\s*·/m, "no line begins with a dot"),
        );
        await click(newest);
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByRole("heading", { name: "Failure body" }).waitFor();
        assert.ok(what.length > 0);
        assert.equal(clicks(), 1);
      });
    }

    spec(world, "why requests of one account fail: its name, an example, two clicks", async () => {
      const { page, click, clicks } = await begin();
      const table = page.getByRole("table", { name: "Accounts" });
      const name = await table.locator("tbody a").first().innerText();
      await click(table.locator("tbody a").first());
      await eventually(() => assert.match(page.url(), /account=/));
      await click(page.getByRole("link", { name: /^Example/ }).first());
      const drawer = page.locator("aside[data-drawer]");
      await drawer.getByRole("heading", { name: "Failure body" }).waitFor();
      await eventually(async () =>
        assert.ok((await drawer.innerText()).includes(name.split("\n")[0]), "it is a request of that account"),
      );
      assert.equal(clicks(), 2);
    });

    spec(world, 'from "it got expensive" to model, key and hour: two clicks', async () => {
      const { page, click, clicks } = await begin();
      await click(page.getByRole("link", { name: "Usage", exact: true }).first());
      // The last 24 h end with the hour that runs: 25 bars at most, so the bar is found by the keyboard's own word for it.
      const slider = page.getByRole("slider").first();
      await page.getByText(/peak \$[\d.,]+ at /).waitFor();
      const box = await steady(() => slider.boundingBox());
      await click({ click: () => slider.click({ position: { x: box.width / 2, y: box.height - 40 } }) });
      await eventually(() => assert.match(page.url(), /drawer=\d+-\d+/));
      for (const part of [/^By model/, /^By key/]) {
        const parts = page.locator("section section", { has: page.getByRole("heading", { name: part }) }).last();
        await parts.locator("li").first().waitFor();
        await eventually(async () =>
          assert.match(await parts.locator("li").first().innerText(), /\$/, "parts of a cost are costs"),
        );
      }
      assert.equal(clicks(), 2);
    });

    spec(world, "which key caused yesterday's cost peak, and its requests as a file: seven clicks", async () => {
      const { page, click, clicks } = await begin();
      await click(page.getByRole("link", { name: "Usage", exact: true }).first());
      await click(page.getByRole("button", { name: /Last 24 h/ }));
      await click(page.getByText("Yesterday", { exact: true }).first());
      await page.getByText(/peak \$[\d.,]+ at /).waitFor();
      await eventually(() => assert.match(page.url(), /range=yesterday/));
      const { bar, target } = await barOfPeak(page, (hour) => hour);
      await click(target);
      const keys = bar.locator("section", { has: page.getByRole("heading", { name: /^By key/ }) });
      await keys.locator("li").first().waitFor();
      await eventually(async () =>
        assert.match(await keys.locator("h3").innerText(), /Cost/, "parts of a cost are costs"),
      );
      await eventually(async () => assert.match(await keys.locator("li").first().innerText(), /\$/));
      await bar
        .locator("section", { has: page.getByRole("heading", { name: /^By model/ }) })
        .locator("li")
        .first()
        .waitFor();
      await click(keys.locator("li a").first());
      await eventually(() => {
        const { searchParams } = new URL(page.url().replace("#", ""));
        assert.equal(searchParams.get("to") - searchParams.get("from"), 3_600_000, "one hour");
        assert.ok(searchParams.get("key"), "one key");
      });
      const listed = page.locator("section[aria-labelledby=requests-title] tbody tr");
      await settled(page);
      await click(page.getByRole("button", { name: "Export", exact: true }));
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        click(page.getByRole("menuitem", { name: /CSV/ })),
      ]);
      assert.match(download.suggestedFilename(), /\.csv$/);
      const lines = (await readFile(await download.path(), "utf8")).trim().split(/\r?\n/);
      await eventually(async () => assert.equal(lines.length - 1, await listed.count(), "a line for each request"));
      assert.equal(clicks(), 7);
    });

    spec(
      world,
      "a missing price is set, its effect seen before it is saved, and the new total: four clicks",
      async () => {
        // There is a model without a price today, whatever the hour.
        await fetch(`${base}/__mock/publish`, { method: "POST", body: JSON.stringify([record()]) });
        const { page, click, clicks } = await begin();
        const cost = page.locator("section[aria-label='Figures of the range'] > *", { hasText: /^Cost/ }).first();
        await eventually(async () => assert.ok(money(await cost.innerText()) > 0));
        await click(page.getByRole("link", { name: /Set prices/ }).first());
        const missing = page.getByRole("link", { name: /^Set price/ });
        await missing.first().waitFor();
        const without = await missing.count();
        await click(missing.first());
        await page.getByLabel("Input", { exact: true }).first().fill("2");
        await page.getByLabel("Output", { exact: true }).first().fill("12");
        const effect = page.locator("section", { has: page.getByRole("heading", { name: "Effect on the total" }) });
        await effect.getByText("Difference").waitFor();
        await eventually(async () => {
          const text = await effect.innerText();
          const [, now, then] = /Requests without a price: ([\d,]+) now, ([\d,]+) with this price/.exec(text) ?? [];
          assert.ok(count(then ?? "") < count(now ?? ""), text);
          const [after, before, more] = [...text.matchAll(/\$([\d,]+\.\d+)/g)].map(([, figure]) => money(`$${figure}`));
          assert.ok(more > 0 && Math.abs(after - before - more) < 0.02, `${after} is ${before} and ${more}`);
        });
        await click(page.getByRole("button", { name: "Save price" }));
        await page.getByRole("heading", { level: 1, name: "Prices" }).waitFor();
        await eventually(async () =>
          assert.equal(await missing.count(), without - 1, "one model less without a price"),
        );
        // The total is read again, not shown as it was before the price. (The mock has no new one: its history has its own prices.)
        const read = page.waitForResponse(
          (response) =>
            response.url().endsWith("/api/v1/query") && response.request().postDataJSON().measures?.includes("cost"),
        );
        await click(page.getByRole("link", { name: "Dashboard", exact: true }).first());
        const { totals } = await (await read).json();
        await eventually(async () =>
          assert.equal(money(await cost.innerText()), Number(totals.values.cost.toFixed(2))),
        );
        assert.equal(clicks(), 4);
      },
    );
  });
}
