// Against the manager under test: what the pages say equals what it answers, hostile text stays text, and hands stay on the keyboard.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, settled, signIn, spec } from "../browser.mjs";
import { record } from "../target.mjs";

const count = (text) => Number(text.replaceAll(/[^0-9]/g, ""));
const MEASURES = [
  "calls",
  "failures",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_hit_rate",
  "latency_p95_ms",
  "cost",
  "unpriced_calls",
];

export function truthSpecs(world) {
  const open = async (path, options = {}) => {
    const { target, browser } = world;
    const context = await browser.newContext({
      locale: "en-GB",
      viewport: { width: 1440, height: 900 },
      timezoneId: "UTC",
      ...options,
    });
    const { page, problems } = await openPage(context, target.base);
    await signIn(page, target.base, target.adminKey, path);
    const go = (to) => page.goto(`${target.base}/management.html${to}`);
    return { page, problems, go };
  };
  /** What the query route answers for the last 24 hours of a filter. */
  const asked = (page, filter, dimensions = []) =>
    page.evaluate(
      async ([fields, by, measures]) => {
        const response = await fetch("/api/v1/query", {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CPAMP-Request": "panel" },
          body: JSON.stringify({
            from_ms: Date.now() - 86_400_000,
            to_ms: Date.now() + 60_000,
            time_zone: "UTC",
            measures,
            filters: { include: fields },
            ...(by.length > 0 ? { dimensions: by } : {}),
          }),
        });
        const answer = await response.json();
        return { totals: answer.totals?.values, rows: answer.rows ?? [], answer };
      },
      [filter, dimensions, MEASURES],
    );

  /** Waits until the figure of a strip is a number. */
  const shows = (page, region, label, value) =>
    eventually(async () => {
      const text = await page
        .getByRole("region", { name: region })
        .locator(":scope > *")
        .filter({ has: page.getByText(label, { exact: true }) })
        .first()
        .innerText();
      assert.equal(count(text.split("\n")[1].split(" ")[0].split("\u00a0")[0]), value, `${label}: ${text}`);
    });
  const listOf = (page) => page.locator("section[aria-labelledby=requests-title] tbody tr");
  const stored = (page, filter, wanted) =>
    eventually(async () => {
      const { totals, answer } = await asked(page, filter);
      assert.equal(totals?.calls, wanted, JSON.stringify(answer).slice(0, 300));
    }, 30_000);

  spec(world, "every page shows the numbers of the manager, for one filter", async () => {
    const model = `gpt-truth-${Date.now()}`;
    const many = [
      ...Array.from({ length: 23 }, (_, index) =>
        record({ model, alias: model, latency_ms: 1_000 + index * 10, source: `a${index % 3}@example.org` }),
      ),
      ...Array.from({ length: 4 }, () => record({ model, alias: model, failed: true, source: "a0@example.org" })),
    ];
    await world.target.publish(many);
    const { page, problems, go } = await open(`#/?model=${model}`);
    let truth;
    await eventually(async () => {
      truth = await asked(page, { model: [model] });
      assert.equal(truth.totals?.calls, many.length, JSON.stringify(truth.answer).slice(0, 300));
    }, 30_000);
    const { totals } = truth;
    assert.equal(totals.failures, 4);
    assert.equal(totals.input_tokens, 27 * 2_000);

    const figure = (region, label) =>
      page
        .getByRole("region", { name: region })
        .locator(":scope > *")
        .filter({ has: page.getByText(label, { exact: true }) });
    await shows(page, "Figures of the range", "Requests", totals.calls);
    await eventually(async () =>
      assert.match(await figure("Figures of the range", "Failed").innerText(), /^Failed\s+4\s*14\.81%/),
    );
    const tokens = page.locator(`[title="${totals.total_tokens.toLocaleString("en")}"]`);
    await tokens.first().waitFor();

    await go(`#/usage?model=${model}`);
    await shows(page, "Figures of the range", "Requests", totals.calls);
    for (const name of ["total_tokens", "input_tokens", "output_tokens", "cache_read_tokens"])
      await page
        .locator(`[title="${totals[name].toLocaleString("en")}"]`)
        .first()
        .waitFor();
    await page.getByText(`hit rate ${(totals.cache_hit_rate * 100).toFixed(1)}%`).waitFor();

    await go(`#/usage?model=${model}&tab=explore&measure=requests&split=account&chart=table`);
    const groups = await asked(page, { model: [model] }, ["account"]);
    const explore = page.locator("main table").first();
    await eventually(async () => {
      const rows = await explore.locator("tbody tr").allInnerTexts();
      assert.equal(rows.length, groups.rows.length);
      for (const { keys, values } of groups.rows)
        assert.ok(
          rows.some((text) => text.includes(keys[0]) && count(text.split(/\s+/).at(-1)) === values.calls),
          `${keys[0]} has ${values.calls}: ${rows.join(" / ")}`,
        );
    });

    await go(`#/requests?model=${model}&tab=accounts`);
    await eventually(async () => {
      const rows = await page.locator("main table").first().locator("tbody tr").allInnerTexts();
      assert.equal(rows.length, groups.rows.length);
      for (const { keys, values } of groups.rows) {
        const row = rows.find((text) => text.includes(keys[0]));
        assert.match(row ?? "", new RegExp(`\\b${values.calls}\\b[\\s\\S]*\\b${values.failures}\\b`));
      }
    });
    await go(`#/requests?model=${model}`);
    await eventually(async () => {
      const list = page.locator("section[aria-labelledby=requests-title] tbody tr");
      assert.equal(await list.count(), totals.calls);
    });
    const chart = page.getByRole("slider").first();
    await chart.focus();
    // All bars of the chart together are the total.
    await page.getByRole("button", { name: "Show as table" }).first().click();
    const figures = page.locator("section table", { has: page.getByRole("columnheader", { name: "Failed" }) }).first();
    await eventually(async () => {
      const heads = await figures.locator("thead th").allInnerTexts();
      const rows = await figures
        .locator("tbody tr")
        .evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
      const sum = (head) => rows.reduce((total, cells) => total + count(cells[heads.indexOf(head)] ?? ""), 0);
      assert.equal(sum("Failed"), totals.failures);
      assert.equal(sum("Succeeded"), totals.calls - totals.failures);
    });
    await page.getByRole("link", { name: "System" }).first().click();
    const status = await page.evaluate(async () => (await fetch("/status")).json());
    await eventually(async () => {
      const shown = await page.locator("dl > div").filter({ hasText: "Stored in all" }).innerText();
      assert.ok(count(shown) >= status.eventCount, shown);
    });
    assert.deepEqual(problems, []);
  });

  spec(
    world,
    "a filter of a model means the same in list, file, causes, tabs and sums, also with an alias",
    async () => {
      const [target, alias] = [`gpt-target-${Date.now()}`, `gpt-alias-${Date.now()}`];
      const many = (n, change) => Array.from({ length: n }, () => record({ model: target, ...change }));
      await world.target.publish([
        ...many(3, { alias: target }),
        ...many(2, { alias: target, failed: true }),
        ...many(3, { alias }),
        ...many(1, { alias, failed: true }),
      ]);
      const { page, problems, go } = await open("#/");
      await stored(page, { any_model: [target] }, 9);
      for (const [filter, calls, failures] of [
        [`model=${target}`, 5, 2],
        [`model=${alias}`, 4, 1],
        [`any_model=${target}`, 9, 3],
        [`any_model=${target}&not_model=${target}`, 4, 1],
      ]) {
        await go(`#/requests?${filter}`);
        await shows(page, "Figures of this view", "Requests", calls);
        await shows(page, "Figures of this view", "Failed", failures);
        await eventually(async () => assert.equal(await listOf(page).count(), calls, filter));
        const tab = page.getByRole("navigation", { name: "Views of the requests" }).getByRole("link").first();
        await eventually(async () => assert.equal(count(await tab.innerText()), calls, filter));
        await page.getByText(new RegExp(`^${failures} failed of ${calls} ·`)).waitFor();
        await page.getByRole("button", { name: "Export", exact: true }).click();
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("menuitem", { name: /CSV/ }).click(),
        ]);
        const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
        assert.equal(lines.length - 1, calls, `the file of ${filter}`);
        await page.getByRole("button", { name: "Show as table" }).first().click();
        const bars = page.locator("section table", { has: page.getByRole("columnheader", { name: "Failed" }) }).first();
        await eventually(async () => {
          const at = (await bars.locator("thead th").allInnerTexts()).indexOf("Failed");
          const cells = await bars.locator(`tbody tr > :nth-child(${at + 1})`).allInnerTexts();
          assert.equal(
            cells.reduce((sum, text) => sum + count(text), 0),
            failures,
            `the bars of ${filter}`,
          );
        });
        for (const path of ["#/", "#/usage"]) {
          await go(`${path}?${filter}`);
          await shows(page, "Figures of the range", "Requests", calls);
        }
      }
      // A request that was asked for by the alias leads to those that were too, a name of the gateway to all that have it.
      await go(`#/requests?model=${alias}&status=ok`);
      await eventually(async () => assert.equal(await listOf(page).count(), 3));
      await listOf(page).first().locator("a").first().click();
      await page
        .locator("aside[data-drawer]")
        .getByRole("link", { name: new RegExp(`Only requests with ${alias}`) })
        .click();
      await eventually(async () => assert.match(page.url(), new RegExp(`[?&]model=${alias}`)));
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill(alias);
      await page.getByRole("option", { name: alias, exact: true }).click();
      await page.getByRole("button", { name: new RegExp(`Any model name is\\s*${alias}`) }).waitFor();
      await eventually(async () => assert.equal(await listOf(page).count(), 4));
      assert.deepEqual(problems, []);
    },
  );

  spec(world, "failures without a status code are told apart, and lead to themselves", async () => {
    const model = `gpt-no-code-${Date.now()}`;
    const failed = (status_code) =>
      record({ model, alias: model, failed: true, fail: { status_code, body: "connection reset by peer" } });
    await world.target.publish([failed(0), failed(0), failed(502), record({ model, alias: model })]);
    const { page, problems, go } = await open("#/");
    await stored(page, { model: [model] }, 4);
    const led = async () => {
      await eventually(async () => assert.equal(await listOf(page).count(), 2, page.url()));
      await page.getByRole("button", { name: /Status code is\s*no status code/ }).waitFor();
      await shows(page, "Figures of this view", "Requests", 2);
      await page.getByText(/^2 failed of \d+ ·/).waitFor();
      await page.reload();
      await eventually(async () => assert.equal(await listOf(page).count(), 2, "after a reload"));
    };
    await go(`#/?model=${model}`);
    const causes = page.locator("section", { has: page.getByRole("heading", { name: "Failures by cause" }) });
    const each = causes.getByRole("listitem");
    await eventually(async () => assert.equal(await each.count(), 2));
    await each.filter({ hasNotText: "Upstream error" }).getByRole("link").click();
    await led();

    await go(`#/requests?model=${model}`);
    for (const grouped of ["Account and model", "Cause alone"]) {
      await eventually(async () => assert.equal(await listOf(page).count(), 4));
      const choice = causes.getByRole("button", { name: grouped });
      if (await choice.count()) await choice.click();
      await causes
        .locator("tbody tr")
        .filter({ hasNotText: "Upstream error" })
        .getByRole("link", { name: /^Filter/ })
        .click();
      await led();
      await go(`#/requests?model=${model}`);
    }

    await go(`#/usage?model=${model}&status=failed&tab=explore&measure=requests&split=code&chart=table`);
    await page.locator("main table").first().getByRole("link", { name: "no status code" }).click();
    await led();
    assert.deepEqual(problems, []);
  });

  spec(
    world,
    "hostile text is shown as text on every page, and leaves in a file that no spreadsheet runs",
    async () => {
      const mark = Date.now();
      const evil = [
        `=HYPERLINK("http://evil/${mark}","x")`,
        `<img src=x onerror=alert(${mark})><script>alert(${mark})</script>`,
        `\u202e\u2066rtl-${mark}\u2069 🦊👩‍👩‍👧 \u0000é`,
        `@SUM(${mark})`,
        `long-${mark}-${"x".repeat(10_000)}`,
      ];
      await world.target.publish(
        evil.map((text, index) =>
          record({
            model: text,
            alias: text,
            provider: "e2e-evil",
            source: text,
            user_agent: text,
            endpoint: `POST /v1/${text}`,
            request_id: `${(mark % 0xffffff).toString(16)}${index}`,
            failed: true,
            fail: { status_code: 400, body: text },
          }),
        ),
      );
      const { page, problems, go } = await open("#/requests?provider=e2e-evil");
      page.on("dialog", (dialog) => {
        problems.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      const rows = page.locator("section[aria-labelledby=requests-title] tbody tr");
      await eventually(async () => assert.ok((await rows.count()) >= evil.length), 20_000);
      for (const path of [
        "#/?provider=e2e-evil",
        "#/usage?provider=e2e-evil",
        "#/usage?provider=e2e-evil&tab=models",
        "#/usage?provider=e2e-evil&tab=explore&split=endpoint",
        "#/requests?provider=e2e-evil&tab=accounts",
        "#/prices",
        "#/requests?provider=e2e-evil",
      ]) {
        await go(path);
        await settled(page);
        await page
          .getByText(/HYPERLINK/)
          .first()
          .waitFor({ state: "attached" });
        assert.equal(await page.locator("img, main script, main iframe").count(), 0, path);
        await assertNoSidewaysScroll(page, path);
      }
      // A mark that turns the direction of writing does not turn what stands beside it.
      const places = await rows
        .filter({ hasText: "rtl-" })
        .first()
        .evaluate((row) => {
          const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const { textContent } = walker.currentNode;
            const from = textContent.indexOf("e2e-evil");
            if (from < 0) continue;
            const range = document.createRange();
            return [...textContent.slice(from, from + 8)].map((_, index) => {
              range.setStart(walker.currentNode, from + index);
              range.setEnd(walker.currentNode, from + index + 1);
              return range.getBoundingClientRect().left;
            });
          }
          return [];
        });
      assert.equal(places.length, 8, "the provider stands beside the name");
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
        "its letters run from left to right",
      );
      for (let at = 0; at < evil.length; at += 1) {
        await go("#/requests?provider=e2e-evil");
        await rows.nth(at).locator("a").first().click();
        await page.locator("aside[data-drawer]").getByText("Failure body").waitFor();
        await assertNoSidewaysScroll(page, `drawer ${at}`);
      }
      await assertAccessible(page, "hostile drawer");

      // A value chosen as a filter goes through the address and back as it was.
      await page.keyboard.press("Escape");
      await page.locator("#filter-add").click();
      await page.getByRole("button", { name: "Model", exact: true }).click();
      await page
        .getByRole("checkbox", { name: /HYPERLINK/ })
        .first()
        .check();
      await page.keyboard.press("Escape");
      await eventually(async () => assert.ok(decodeURIComponent(page.url()).includes(evil[0]), page.url()));
      await page.reload();
      await eventually(async () => assert.ok((await rows.count()) >= 1));

      // The list as the manager writes it, and a ranking as the page writes it.
      await page.getByRole("button", { name: "Export", exact: true }).click();
      const [list] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: /CSV/ }).click(),
      ]);
      assertHarmless(await readFile(await list.path(), "utf8"), "the list");
      await go("#/usage?provider=e2e-evil&tab=models");
      await page
        .getByText(/HYPERLINK/)
        .first()
        .waitFor();
      const [ranking] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "CSV" }).click(),
      ]);
      const text = await readFile(await ranking.path(), "utf8");
      assertHarmless(text, "the ranking");
      assert.ok(text.includes("🦊"), "emoji are kept");
      assert.deepEqual(problems, []);
    },
  );

  spec(world, "the whole way by keyboard alone: sign in, find a failure, read it, leave", async () => {
    const { target, browser } = world;
    await target.publish([
      record({ failed: true, model: "gpt-keys", alias: "gpt-keys" }),
      record({ model: "gpt-keys", alias: "gpt-keys" }),
    ]);
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
    const { page, problems } = await openPage(context, target.base);
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        const style = getComputedStyle(element);
        // A field inside of a frame with an icon: the frame has the ring.
        const frame = element.tagName === "INPUT" ? getComputedStyle(element.parentElement).outlineStyle : "none";
        const ring =
          style.outlineStyle !== "none" || frame !== "none" || style.boxShadow !== "none" || element.id === "main";
        return { text: element.textContent?.trim().slice(0, 60), tag: element.tagName, ring };
      });
    await page.goto(`${target.base}/management.html`);
    await page.locator('input[name="admin-key"]').waitFor();
    // The field has the focus already.
    await page.keyboard.type(target.adminKey);
    await page.keyboard.press("Enter");
    await page.locator("#main").waitFor();
    await page.getByRole("heading", { level: 1, name: "Dashboard" }).waitFor();
    // Every stop of the Tab key can be seen, and Tab goes through header, filters and page without a trap.
    const stops = [];
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press("Tab");
      const at = await focused();
      // After the last stop comes the browser itself.
      if (at.tag === "BODY") continue;
      assert.ok(at.ring, `no focus ring on ${at.tag} ${at.text}`);
      stops.push(at.text);
    }
    assert.ok(new Set(stops).size > 15, stops.join(" | "));
    await page.keyboard.press("g");
    await page.keyboard.press("m");
    await page.getByRole("heading", { level: 1, name: "Monitoring" }).waitFor();
    await page.locator('a[id^="request-"]').first().waitFor();
    // "/" goes to the search field.
    await page.keyboard.press("/");
    await page.keyboard.type("gpt-keys");
    await eventually(async () => assert.match(page.url(), /q=gpt-keys/));
    const rows = page.locator("section[aria-labelledby=requests-title] tbody tr");
    await eventually(async () => {
      const texts = await rows.allInnerTexts();
      assert.ok(texts.length >= 2);
      for (const text of texts) assert.match(text, /gpt-keys/);
    });
    // Escape leaves the field, and the text stays.
    await page.keyboard.press("Escape");
    await page.waitForTimeout(600);
    assert.match(page.url(), /q=gpt-keys/);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "");
    const drawer = page.locator("aside[data-drawer]");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await drawer.locator("dl").first().waitFor();
    const before = page.url();
    await page.keyboard.press("j");
    await eventually(async () => assert.notEqual(page.url(), before));
    await drawer.locator("dl").first().waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").waitFor();
    await page.keyboard.type("sign out");
    await page.getByRole("option", { name: "Sign out", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator('input[name="admin-key"]').waitFor();
    assert.deepEqual(problems, []);
  });
}

/** No cell begins with what a spreadsheet takes as a formula. */
function assertHarmless(csv, what) {
  assert.ok(csv.includes("HYPERLINK"), `${what} has the hostile line`);
  const cells = csv.match(/(?:^|,|\n)("(?:[^"]|"")*"|[^,\n]*)/g) ?? [];
  const bad = cells
    .map((cell) =>
      cell
        .replace(/^[,\n]/, "")
        .replace(/^"/, "")
        .replace(/^\ufeff/, ""),
    )
    .filter((cell) => /^[=@+\t\r]/.test(cell) || /^-(?!\d)/.test(cell));
  assert.deepEqual(
    bad.map((cell) => cell.slice(0, 60)),
    [],
    what,
  );
}
