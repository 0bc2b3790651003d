import assert from "node:assert/strict";
import { assertAccessible, eventually, openPage, signIn, spec } from "../browser.mjs";
import { record } from "../target.mjs";

/** Rows of the list; causes and charts have tables of their own. */
const rowsOf = (page) => page.locator("section[aria-labelledby=requests-title] tbody tr");
const rowOf = (page, model) => rowsOf(page).filter({ hasText: model });

export function requestSpecs(world) {
  const open = async (path = "#/requests", options = {}) => {
    const { target, browser } = world;
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 }, ...options });
    const { page, problems } = await openPage(context, target.base);
    await signIn(page, target.base, target.adminKey, path);
    return { page, problems };
  };
  const streaming = (page) => page.getByRole("button", { name: /^Live/ }).waitFor();

  spec(world, "shows a request within seconds of its arrival", async () => {
    const model = `gpt-live-${Date.now()}`;
    const { page, problems } = await open(`#/requests?model=${model}`);
    await streaming(page);
    await world.target.publish([record({ model, alias: model })]);
    const sent = Date.now();
    await rowOf(page, model).waitFor();
    assert.ok(Date.now() - sent < 4_000, `arrived after ${Date.now() - sent} ms`);
    await eventually(async () =>
      assert.match(await rowOf(page, model).innerText(), /200[\s\S]*1\.69\ss[\s\S]*2,000[\s\S]*75%[\s\S]*150/),
    );
    await assertAccessible(page, "requests");
    assert.deepEqual(problems, []);
  });

  spec(world, "never moves what is read: paused, new requests wait behind a strip", async () => {
    const model = `gpt-wait-${Date.now()}`;
    const { page } = await open(`#/requests?model=${model}`);
    await streaming(page);
    await page.keyboard.press("p");
    await page.getByRole("button", { name: "Paused" }).waitFor();
    await world.target.publish([record({ model, alias: model }), record({ model, alias: model })]);
    const strip = page.getByRole("button", { name: "2 new requests" });
    await strip.waitFor();
    await eventually(async () => assert.equal(await rowOf(page, model).count(), 0));
    await strip.click();
    await eventually(async () => assert.equal(await rowOf(page, model).count(), 2));
  });

  spec(world, "keeps up with 50 requests a second, and what is read stays where it is", async () => {
    await world.target.traffic(50);
    try {
      const { page, problems } = await open();
      await streaming(page);
      await eventually(async () => assert.ok((await rowsOf(page).count()) > 15));
      await eventually(async () => {
        const first = await rowsOf(page).locator("a").first().getAttribute("id");
        await page.waitForTimeout(700);
        assert.notEqual(
          await rowsOf(page).locator("a").first().getAttribute("id"),
          first,
          "newest rows come in at the top",
        );
      });
      await page.waitForTimeout(2_000);
      await page.mouse.move(700, 500);
      await page.mouse.wheel(0, 400);
      await page.getByRole("button", { name: /\d+ new requests/ }).waitFor();
      const place = () =>
        page.evaluate(() => {
          const row = document.elementFromPoint(700, 500)?.closest("tr");
          return [row?.getAttribute("aria-rowindex"), row?.textContent, row?.getBoundingClientRect().top];
        });
      const before = await place();
      await page.waitForTimeout(2_000);
      assert.deepEqual(await place(), before);
      await eventually(async () => {
        const waiting = await page.getByRole("button", { name: /\d+ new requests/ }).innerText();
        assert.ok(Number(waiting.replace(/\D/g, "")) > 50, waiting);
      });
      await page.getByRole("button", { name: /\d+ new requests/ }).click();
      await eventually(async () => assert.equal(await page.evaluate(() => window.scrollY), 0));
      await eventually(async () => assert.ok((await rowsOf(page).count()) < 150));
      assert.deepEqual(problems, []);
    } finally {
      await world.target.traffic(0);
    }
  });

  spec(world, "keeps its filters in the address, through a reload and the back button", async () => {
    const model = `gpt-filter-${Date.now()}`;
    await world.target.publish([
      record({ model, alias: model }),
      record({ model, alias: model, failed: true }),
      record({ model: "gpt-other", alias: "gpt-other", failed: true }),
    ]);
    const { page } = await open();
    await rowsOf(page).first().waitFor();
    await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "Failed" }).click();
    await eventually(async () => assert.match(page.url(), /status=failed/));
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("button", { name: "Model", exact: true }).click();
    await page.getByRole("searchbox", { name: "Find Model" }).fill(model);
    await page.locator("label").filter({ hasText: model }).click();
    await page.keyboard.press("Escape");
    await eventually(async () => assert.match(page.url(), new RegExp(`model=${model}`)));
    await eventually(async () => assert.equal(await rowsOf(page).count(), 1));
    await eventually(async () => assert.match(await rowsOf(page).innerText(), /429/));

    await page.reload();
    await eventually(async () => assert.equal(await rowsOf(page).count(), 1));
    await page.getByRole("button", { name: new RegExp(`Model is\\s*${model}`) }).waitFor();
    await assertAccessible(page, "requests, filtered");

    // A filtered list is live as well, and takes only what belongs into it.
    await streaming(page);
    await world.target.publish([
      record({ model: "gpt-other", alias: "gpt-other", failed: true }),
      record({ model, alias: model, failed: true }),
    ]);
    await eventually(async () => assert.equal(await rowsOf(page).count(), 2));

    await page.getByRole("button", { name: "Remove the filter Model" }).click();
    await eventually(async () => assert.doesNotMatch(page.url(), /model=/));
    await page.goBack();
    await eventually(async () => assert.match(page.url(), new RegExp(`model=${model}`)));

    await page.getByRole("searchbox", { name: /Search text/ }).fill("there-is-no-such-request");
    await page.getByText("No request matches these filters").waitFor();
    await page.getByRole("button", { name: "Remove the filters" }).click();
    await rowsOf(page).first().waitFor();
    await eventually(() => assert.doesNotMatch(page.url(), /q=|status=/));
  });

  spec(world, "opens a request at its own address, with the attempts, and gives the focus back", async () => {
    const model = `gpt-drawer-${Date.now()}`;
    const request_id = (Date.now() % 0xffffffff).toString(16).padStart(8, "0");
    const at = Date.now();
    const time = (ms) => new Date(at + ms).toISOString();
    await world.target.publish([
      record({ model, alias: model, request_id, timestamp: time(0), failed: true, latency_ms: 214, ttft_ms: 0 }),
      record({
        model,
        alias: model,
        request_id,
        timestamp: time(300),
        source: "second@example.org",
        auth_index: "00112233aabbccdd",
      }),
    ]);
    const { page, problems } = await open(`#/requests?model=${model}`);
    await eventually(async () => assert.equal(await rowOf(page, model).count(), 2));
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    const drawer = page.locator("aside[data-drawer]");
    await drawer.getByText("The account ran out of quota.").waitFor();
    await eventually(() => assert.match(page.url(), /#\/requests\/\d+\?model=/));
    await eventually(async () => assert.match(await drawer.innerText(), /attempt 2/));
    await eventually(async () => assert.match(await drawer.innerText(), /usage_limit_reached/));
    await eventually(async () =>
      assert.equal(await drawer.locator("h2").evaluate((head) => head === document.activeElement), true),
    );
    await assertAccessible(page, "drawer");

    // Every stored field is there.
    await drawer.getByText("As stored, every field").click();
    const region = drawer.getByRole("region", { name: "As stored, every field" });
    await eventually(async () => {
      const stored = await region.innerText();
      for (const name of [
        "event_hash",
        "api_key_hash",
        "cache_input_mode",
        "user_agent",
        "fail_body",
        "response_metadata",
      ])
        assert.ok(stored.includes(`"${name}"`), name);
    });
    const stored = await region.innerText();
    assert.ok(!stored.includes("sk-lab-e2e-0001"), "the client key itself is not stored");

    // The neighbour, by the head of the drawer; the address follows.
    const first = page.url();
    await drawer.getByRole("button", { name: "Newer request" }).click();
    await eventually(async () => assert.notEqual(page.url(), first));
    await drawer.getByText("Answered after 1 failed attempt.").waitFor();

    await page.reload();
    await drawer.getByText("Answered after 1 failed attempt.").waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    await eventually(() => assert.match(page.url(), /#\/requests\?model=/));
    await eventually(async () =>
      assert.match(await page.evaluate(() => document.activeElement?.id ?? ""), /^request-row-\d+$/),
    );
    assert.deepEqual(problems, []);
  });

  spec(world, "pages back through thousands of requests without keeping them all in the document", async () => {
    const model = `gpt-many-${Date.now()}`;
    const at = Date.now() - 3_600_000;
    const records = Array.from({ length: 900 }, (_, index) =>
      record({ model, alias: model, timestamp: new Date(at + index * 1_000).toISOString() }),
    );
    const { page } = await open(`#/requests?model=${model}`);
    const stored = () =>
      page.evaluate(async (name) => {
        const answer = await fetch(`/api/v1/events?limit=1&model=${name}`);
        return (await answer.json()).total;
      }, model);
    // The gateway's buffer for a subscriber has 256 places, which other specs use too: one batch after the other.
    for (let from = 0; from < records.length; from += 100) {
      const batch = records.slice(from, from + 100);
      await world.target.publish(batch);
      await eventually(async () => assert.equal(await stored(), from + batch.length), 30_000);
    }
    // What arrives while somebody reads further down waits behind the strip, so all must be there first.
    await page.reload();
    await rowOf(page, model).first().waitFor();
    await eventually(async () => {
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      assert.match(await page.locator("section[aria-labelledby=requests-title]").innerText(), /900 requests, no older/);
    }, 30_000);
    await eventually(async () =>
      assert.ok((await rowsOf(page).count()) < 150, "only what is in view is in the document"),
    );
  });

  spec(world, "says that an address leads to no request", async () => {
    const { page } = await open("#/requests/999999999");
    await page.getByText("There is no such request").waitFor();
  });
}
