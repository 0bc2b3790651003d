// Monitoring beyond the list of requests: causes, accounts, keys, cost, neighbours, export and import.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { startMock } from "../../mock/server.mjs";
import { assertAccessible, eventually, openPage, settled, signIn, spec } from "../browser.mjs";

export function monitoringSpecs(world) {
  describe("monitoring, with the mock", () => {
    let mock;
    let base;
    const open = async (path, options = {}) => {
      const context = await world.browser.newContext({
        locale: "en-GB",
        viewport: { width: 1440, height: 900 },
        ...options,
      });
      const { page, problems } = await openPage(context, base);
      await signIn(page, base, mock.adminKey, path);
      return { context, page, problems };
    };
    const get = async (page, path) => page.evaluate(async (wanted) => (await fetch(wanted)).json(), path);
    before(async () => {
      mock = await startMock({ rate: 0, history: 600 });
      base = `http://127.0.0.1:${mock.port}`;
    });
    after(() => mock.close());

    spec(world, "from a cause to its requests and to one that shows why, in three clicks", async () => {
      const { page, problems } = await open("#/requests");
      const causes = page.locator("section", { has: page.getByRole("heading", { name: "Failures by cause" }) });
      await causes.locator("tbody tr").first().waitFor();
      const answer = await get(page, "/api/v1/failures?limit=50");
      const top = answer.items[0];
      const row = causes.locator("tbody tr").first();
      await eventually(async () =>
        assert.match(await row.innerText(), new RegExp(`${top.status_code}[\\s\\S]*${top.failed}`)),
      );
      await row.getByRole("link", { name: /^Filter/ }).click();
      await eventually(async () => assert.match(page.url(), /status=failed/));
      const list = page.locator("section[aria-labelledby=requests-title]");
      await eventually(async () => {
        const codes = await list.locator("tbody tr td:nth-child(2)").allInnerTexts();
        assert.equal(codes.length, top.failed, "as many requests as the cause counted");
        for (const code of codes) assert.match(code, new RegExp(String(top.status_code)));
      });
      await assertAccessible(page, "cause, filtered");
      await list.locator("tbody tr a").first().click();
      await page.locator("aside[data-drawer]").getByText("Failure body").waitFor();
      assert.deepEqual(problems, []);
    });

    spec(world, "explains a cost line by line, with the price that it leads to", async () => {
      const { page, problems } = await open("#/requests?status=ok&model=gpt-5.5");
      await page.locator("section[aria-labelledby=requests-title] tbody tr a").first().click();
      const drawer = page.locator("aside[data-drawer]");
      const cost = drawer.locator("section", { has: page.getByRole("heading", { name: /^Cost/ }) }).last();
      await cost.locator("tbody tr").first().waitFor();
      const id = /requests\/(\d+)/.exec(page.url())[1];
      const answer = await get(page, `/api/v1/events/${id}/cost`);
      const sum = answer.lines.reduce((total, line) => total + line.usd, 0);
      assert.ok(Math.abs(sum - answer.usd) < 1e-9);
      await eventually(async () =>
        assert.match(await cost.innerText(), /Input, not cached[\s\S]*\$5\.00[\s\S]*Output[\s\S]*\$30\.00[\s\S]*Total/),
      );
      await drawer.getByRole("heading", { name: /The same account just before and after/ }).waitFor();
      await assertAccessible(page, "drawer with cost");
      const around = drawer.locator("table", { hasText: "The same account" });
      await around.getByRole("link").first().click();
      await eventually(async () => assert.ok(!page.url().includes(`/${id}?`), "a neighbour has its own address"));
      await page.goBack();
      await cost.getByRole("link", { name: "Price of gpt-5.5" }).click();
      await page.getByRole("heading", { level: 1, name: "Price of gpt-5.5" }).waitFor();
      assert.deepEqual(problems, []);
    });

    spec(world, "says of an unpriced request that its cost is not known", async () => {
      const { page } = await open("#/requests?status=ok&model=kimi-k2");
      await page.locator("section[aria-labelledby=requests-title] tbody tr a").first().click();
      await page.locator("aside[data-drawer]").getByText("moonshotai/kimi-k2 has no price").waitFor();
    });

    spec(
      world,
      "accounts and keys: sorted, each with a drawer of its own address, leading to its requests",
      async () => {
        const { page, problems } = await open("#/requests?tab=accounts");
        const table = page.locator("main table").first();
        await table.locator("tbody tr").first().waitFor();
        const calls = async () =>
          (await table.locator("tbody tr td:nth-child(3)").allInnerTexts()).map((text) =>
            Number(text.replace(/\D/g, "")),
          );
        let sorted = [];
        await eventually(async () => {
          sorted = await calls();
          assert.ok(sorted.length > 2 && sorted.every((each) => each > 0), sorted.join());
          assert.deepEqual(
            sorted,
            [...sorted].sort((a, b) => b - a),
          );
        });
        await table.getByRole("button", { name: /Requests/ }).click();
        await eventually(async () =>
          assert.deepEqual(
            await calls(),
            [...sorted].sort((a, b) => a - b),
          ),
        );
        await table.getByRole("link", { name: /dev@example.org/ }).click();
        await eventually(async () => assert.match(page.url(), /drawer=dev%40example.org/));
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByText("Quota as answered").waitFor();
        await drawer.getByText("Success over the range").waitFor();
        await assertAccessible(page, "account drawer");
        await page.reload();
        await drawer.getByRole("link", { name: "Its failures" }).click();
        await eventually(async () => assert.match(page.url(), /account=dev%40example.org.*status=failed/));
        await page.getByRole("link", { name: /^Keys/ }).click();
        await page.getByRole("link", { name: /ide-team-a/ }).click();
        await drawer.getByRole("heading", { name: /Accounts that served it/ }).waitFor();
        await page.keyboard.press("Escape");
        await drawer.waitFor({ state: "detached" });
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "accounts: one without requests says so once; what is found now is not told of yesterday", async () => {
      const { page, problems } = await open("#/requests?tab=accounts&drawer=nobody%40example.org");
      const drawer = page.locator("aside[data-drawer]");
      await drawer.getByText("No requests", { exact: true }).first().waitFor();
      await eventually(async () => {
        // Its last request is not known for the same reason, which is said there.
        const told = await drawer.locator("p").allInnerTexts();
        assert.deepEqual(
          told.filter((each) => /No requests|—/.test(each)),
          ["No requests"],
        );
      });
      const states = async (range) => {
        await page.goto(`${base}/management.html#/requests?tab=accounts&range=${range}`);
        await page.reload();
        await settled(page);
        const table = page.locator("main table").last();
        await table.locator("tbody tr").first().waitFor();
        return (await table.innerText()).match(/Out of quota|of its window used/g) ?? [];
      };
      assert.ok((await states("24h")).length > 0, "an account runs out of quota now");
      assert.deepEqual(await states("yesterday"), []);
      assert.deepEqual(problems, []);
    });

    spec(world, "causes alone, without accounts and models; hidden causes stay hidden", async () => {
      const { page, problems } = await open("#/requests?range=7d");
      const causes = page.locator("section", { has: page.getByRole("heading", { name: "Failures by cause" }) });
      await causes
        .getByRole("link", { name: /^Filter/ })
        .first()
        .waitFor();
      await causes.getByRole("button", { name: "Cause alone" }).click();
      const row = causes.locator("tbody tr").first();
      await eventually(async () => assert.match(await row.innerText(), /\d+ models?/));
      await row.getByRole("link", { name: /^Filter/ }).click();
      await eventually(async () => assert.doesNotMatch(page.url(), /account=|model=/));
      await causes.getByRole("button", { name: "Hide" }).click();
      await page.reload();
      await causes.getByRole("button", { name: "Show" }).waitFor();
      assert.equal(await causes.locator("tbody").count(), 0);
      await causes.getByRole("button", { name: "Show" }).click();
      await row.waitFor();
      assert.deepEqual(problems, []);
    });

    spec(world, "the oldest first is another order, too: not the newest first, and not live", async () => {
      const { page } = await open("#/requests?sort=time");
      const list = page.locator("section[aria-labelledby=requests-title]");
      await list.getByText("in the chosen order, not live").first().waitFor();
      await page.getByText("Not live", { exact: true }).waitFor();
      assert.equal(await list.getByText("newest first").count(), 0);
      await page.getByRole("link", { name: "Accounts" }).first().click();
      await page.getByRole("button", { name: "Live" }).first().waitFor();
    });

    spec(world, "orders by another column on the server, and is not live then", async () => {
      const { page } = await open("#/requests?sort=-total");
      const list = page.locator("section[aria-labelledby=requests-title]");
      await list.getByText("in the chosen order, not live").first().waitFor();
      await page.getByText("Not live", { exact: true }).waitFor();
      assert.equal(await page.getByRole("button", { name: /^Live/ }).count(), 0);
      await list.locator("tbody tr").first().waitFor();
      const answer = await get(page, "/api/v1/events?limit=1&sort=latency_ms&order=desc");
      await eventually(async () =>
        assert.equal(await list.locator("tbody tr a").first().getAttribute("id"), `request-row-${answer.items[0].id}`),
      );
    });

    spec(world, "exports the view that is shown", async () => {
      const { page } = await open("#/requests?status=failed");
      await page.getByRole("button", { name: "Export", exact: true }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: /CSV/ }).click(),
      ]);
      assert.match(
        download.suggestedFilename(),
        /^events-from-\d{8}T\d{6}Z-to-\d{8}T\d{6}Z\.csv$/,
        "the file names its range",
      );
      assert.match(download.url(), /status=failed/);
    });

    spec(world, "imports in parts, goes on after a pause, and names the bad lines", async () => {
      await fetch(`${base}/__mock/set`, { method: "POST", body: JSON.stringify({ chunk: 40_000 }) });
      const { page, problems } = await open("#/requests");
      await page.getByRole("button", { name: "Export, import" }).click();
      await page.getByRole("menuitem", { name: "Import requests" }).click();
      const sheet = page.getByRole("dialog");
      const lines = Array.from({ length: 4_000 }, (_, index) => JSON.stringify({ event_hash: String(index) }));
      lines[2] = "{broken";
      await sheet.locator("input[type=file]").setInputFiles({
        name: "events.jsonl",
        mimeType: "application/x-ndjson",
        buffer: Buffer.from(lines.join("\n")),
      });
      await assertAccessible(page, "import");
      await sheet.getByRole("button", { name: "Import", exact: true }).click();
      await sheet.getByText("Imported").waitFor();
      await eventually(async () => assert.match(await sheet.innerText(), /Stored\s*3,999[\s\S]*Bad lines\s*1/));
      await sheet.getByText("1 bad line").click();
      await sheet.getByText("Line 3").waitFor();
      await assertAccessible(page, "imported");
      assert.deepEqual(problems, []);
    });

    spec(world, "shows hostile strings as what they are", async () => {
      const evil = '<img src=x onerror=alert(1)>\u202e=HYPERLINK("http://x")';
      await fetch(`${base}/__mock/publish`, {
        method: "POST",
        body: JSON.stringify([
          {
            timestamp: new Date().toISOString(),
            request_id: "evil0001",
            provider: evil,
            executor_type: "E",
            model: evil + "x".repeat(3_000),
            alias: evil,
            endpoint: "POST /v1/responses",
            auth_type: "oauth",
            auth_index: "1",
            source: evil,
            tokens: {
              input_tokens: 1,
              output_tokens: 1,
              reasoning_tokens: 0,
              cached_tokens: 0,
              cache_read_tokens: 0,
              cache_creation_tokens: 0,
              total_tokens: 2,
            },
            latency_ms: 5,
            ttft_ms: 1,
            failed: true,
            fail: { status_code: 400, body: evil },
            client_ip: "::1",
            user_agent: evil,
          },
        ]),
      });
      const { page, problems } = await open("#/requests?request=evil0001");
      await page.locator("section[aria-labelledby=requests-title] tbody tr a").first().click();
      await page.locator("aside[data-drawer]").getByText("Failure body").waitFor();
      assert.equal(await page.locator("img").count(), 0);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${wide} px too wide`);
      assert.deepEqual(problems, []);
    });
  });
}
