// Dashboard and usage analytics in detail: every figure leads on, every choice stands in the address, every part adds up.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { assertAccessible, eventually, settled, spec } from "../browser.mjs";
import { mocked } from "../mocked.mjs";
import { record } from "../target.mjs";

const count = (text) => Number(text.replaceAll(/[^0-9]/g, ""));
const money = (text) => Number(/\$([\d,.]+)/.exec(text)?.[1].replaceAll(",", "") ?? Number.NaN);

export function analysisSpecs(world) {
  describe("analysis, with the mock", () => {
    const group = mocked(world, { history: 600 });
    const open = group.open;
    const go = (page, path) => page.goto(`${group.base}/management.html${path}`);
    const leads = async (page, link, wanted, back) => {
      await link.click();
      await eventually(async () => {
        for (const each of wanted) assert.match(decodeURIComponent(page.url()), each);
      });
      await go(page, back);
      await settled(page);
    };
    const panel = (page, name) =>
      page.locator("section").filter({ has: page.getByRole("heading", { name, exact: typeof name === "string" }) });

    spec(
      world,
      "dashboard: verdict, tiles, causes, accounts, models and bars lead to the requests behind them",
      async () => {
        const home = "#/?range=7d";
        const { page, problems } = await open(home);
        await settled(page);
        const figures = page.getByRole("region", { name: "Figures of the range" });
        const tiles = figures.locator("a");
        await eventually(async () => assert.equal(await tiles.count(), 6));
        for (const [at, wanted] of [
          [0, [/#\/requests\?range=7d/]],
          [1, [/#\/requests/, /status=failed/]],
          [4, [/#\/requests/, /slow=10000/]],
          [5, [/#\/requests/, /range=30m/]],
        ])
          await leads(page, tiles.nth(at), wanted, home);
        await leads(page, page.getByRole("link", { name: /Show (failures|requests)/ }).first(), [/#\/requests/], home);
        await leads(
          page,
          panel(page, "Failures by cause").locator("li a").first(),
          [/code=\d+/, /status=failed/],
          home,
        );
        await leads(
          page,
          panel(page, "Accounts").locator("tbody a").first(),
          [/#\/requests/, /account=/, /range=7d/],
          home,
        );
        await leads(page, panel(page, "Cost by model").locator("tbody a").first(), [/#\/requests/, /model=/], home);
        const chart = page.getByRole("slider").first();
        await chart.focus();
        await page.keyboard.press("End");
        await page.keyboard.press("Enter");
        await eventually(async () => assert.match(page.url(), /#\/requests\?from=\d+&to=\d+/));
        assert.deepEqual(problems, []);
      },
    );

    spec(
      world,
      "dashboard: what is collected, what is missing and what is stored, and causes that add up",
      async () => {
        const { page } = await open("#/");
        await settled(page);
        const facts = page.getByRole("complementary", { name: "Everything else" });
        await eventually(async () =>
          assert.match(
            await facts.innerText(),
            /Accounts healthy[\s\S]*\d+ \/ \d+[\s\S]*Collected[\s\S]*to \d\d:\d\d:\d\d[\s\S]*Gaps in range\s+1 · 3/,
          ),
        );
        const failed = panel(page, "Failures by cause");
        await eventually(async () => {
          const total = count(await failed.locator("header").innerText());
          const shown = await failed.locator("li").allInnerTexts();
          assert.ok(shown.length > 0, "there are causes");
          const parts = shown.map((text) => count(text.trim().split("\n").at(-2)));
          assert.ok(parts.reduce((sum, part) => sum + part, 0) <= total, `${parts} of ${total}`);
          assert.deepEqual(
            parts,
            [...parts].sort((a, b) => b - a),
          );
        });
        // The gap stands in the legend of the chart that has it, and in its table.
        const traffic = panel(page, "Traffic");
        await traffic.getByText("No records").waitFor();
        await traffic.getByRole("button", { name: "Show as table" }).click();
        await traffic
          .locator("tbody td", { hasText: /without records/ })
          .first()
          .waitFor();
      },
    );

    spec(
      world,
      "dashboard: the day in ten minutes, newest failures, tokens by kind, what the gateway has and how it is set",
      async () => {
        // One that failed just now, so that there is one also where the day has only begun.
        await group.tell("publish", [record({ failed: true, model: "gpt-5.4", alias: "gpt-5.4" })]);
        const { page, problems } = await open("#/");
        await settled(page);
        const day = page.getByRole("table", { name: "Success of every ten minutes of today" });
        await day.locator("[data-cell]").first().waitFor();
        const answer = await page.evaluate(async () => {
          // The day of the operator's zone, Asia/Shanghai.
          const shift = 8 * 3_600_000;
          const start = Math.floor((Date.now() + shift) / 86_400_000) * 86_400_000 - shift;
          const query = `today_start_ms=${start}&now_ms=${Date.now()}`;
          return (await fetch(`/v0/management/dashboard/summary?${query}`)).json();
        });
        const { points } = answer.today_request_health_timeline;
        await eventually(async () =>
          assert.equal(await day.locator("[data-cell]").count(), points.filter(({ future }) => !future).length),
        );
        const busy = points.findLastIndex(({ failure, future }) => failure > 0 && !future);
        const slot = points[busy];
        assert.ok(slot, "some slot of the day has a failure");
        const said = panel(page, "Today, every 10 minutes").locator('[aria-live="polite"]');
        await eventually(async () => assert.equal((await said.innerText()).trim(), "Select a slot for details."));
        await day.locator(`[data-cell="${busy % 6} ${Math.floor(busy / 6)}"]`).click();
        await eventually(async () => {
          const [, calls, failed] = /: ([\d,]+) requests?, ([\d,]+) failed/.exec(await said.innerText()) ?? [];
          assert.deepEqual([count(calls ?? ""), count(failed ?? "")], [slot.calls, slot.failure]);
        });
        // All columns have a name, also where no label stands over them.
        await eventually(async () =>
          assert.deepEqual(
            await day.locator("thead th").evaluateAll((list) => list.map((each) => each.textContent)),
            Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0")),
          ),
        );
        const to = slot.bucket_ms + 600_000;
        await leads(
          page,
          said.getByRole("link"),
          [new RegExp(`#/requests\\?.*from=${slot.bucket_ms}&to=${to}`), /status=failed/],
          "#/",
        );
        const newest = panel(page, "Newest failures");
        await newest.locator("li a, tbody a").first().waitFor();
        await eventually(async () => assert.match(await newest.innerText(), /(400|401|408|429|5\d\d)[\s\S]*ago/));
        const mix = panel(page, "Tokens by kind");
        // The kinds come to the total that stands beside the title.
        await eventually(async () => {
          const whole = count((await mix.locator("header [title]").getAttribute("title")) ?? "");
          const kinds = await mix.locator("li [title]").evaluateAll((list) => list.map((each) => each.title));
          assert.ok(kinds.length >= 3, `${kinds.length} kinds`);
          assert.equal(
            kinds.reduce((sum, title) => sum + count(title), 0),
            whole,
          );
        });
        const gateway = page
          .locator("section")
          .filter({ has: page.getByRole("heading", { name: "Gateway", exact: true }) });
        await eventually(async () =>
          assert.match(await gateway.innerText(), /v7\.2\.140[\s\S]*Client keys\s+\d+[\s\S]*Models\s+\d+/i),
        );
        await panel(page, "Gateway settings").locator("dd").first().waitFor();
        await leads(page, newest.locator("a").first(), [/#\/requests\/\d+/], "#/");
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "ranges: names, an amount, and two dates whose end must come last", async () => {
      const { page } = await open("#/usage");
      const range = page.getByRole("button", { name: /^Time range/ });
      const bar = page.getByRole("search", { name: "Filters" });
      for (const name of ["Yesterday", "This month", "Last 30 days"]) {
        await range.click();
        await page.getByRole("button", { name, exact: true }).click();
        await bar.getByText(name, { exact: true }).waitFor();
      }
      await eventually(() => assert.match(page.url(), /range=30d/));
      await range.click();
      const relative = page.getByLabel("The last …");
      await relative.fill("soon");
      await page.keyboard.press("Enter");
      await page.getByText("Enter a number and a unit").waitFor();
      await relative.fill("36h");
      await page.keyboard.press("Enter");
      await eventually(async () => assert.match(page.url(), /range=36h/));
      await range.click();
      await page.getByLabel("From", { exact: true }).fill("2026-01-02T00:00");
      await page.getByLabel("To", { exact: true }).fill("2026-01-01T00:00");
      await page.getByText("The end lies before the beginning").waitFor();
      await eventually(async () =>
        assert.equal(await page.getByRole("button", { name: "Apply" }).last().isDisabled(), true),
      );
      await page.getByLabel("To", { exact: true }).fill("2026-01-03T00:00");
      await page.getByRole("button", { name: "Apply" }).last().click();
      // Two days of the operator's zone, Asia/Shanghai.
      await eventually(async () => assert.match(page.url(), /from=1767283200000&to=1767369600000/));
    });

    spec(
      world,
      "dashboard: each question is asked once, what boot.js asks before the bundle starts, three at a time of the gateway",
      async () => {
        const { page, problems } = await open("#/");
        await settled(page);
        // Without the stream nothing has a reason to be asked again.
        await page.route("**/api/v1/events/stream*", () => {});
        const gateway =
          /^\/(v0\/management\/(auth-files|request-|latest-)|api\/v1\/(gateway-settings|client-keys|models))/;
        let [waiting, most] = [0, 0];
        await page.route(
          (url) => gateway.test(url.pathname),
          async (route) => {
            waiting += 1;
            most = Math.max(most, waiting);
            await delay(1_000);
            waiting -= 1;
            await route.continue();
          },
        );
        const asked = [];
        page.on("request", (request) => {
          const { pathname, search } = new URL(request.url());
          if (!/^\/(api|v0|status|usage-service)/.test(pathname)) return;
          // A question of now is the same question a moment later.
          const body = request.postData() ?? "";
          const parts = [
            request.method(),
            pathname,
            search.replaceAll(/\d{12,}/g, "…"),
            body.replaceAll(/\d{12,}/g, "…"),
          ];
          asked.push(parts.join(" ").trim());
        });
        await page.reload();
        await settled(page);
        await page.getByText(/\d+ of \d+ can be used/).waitFor();
        assert.deepEqual(
          asked.filter((each, at) => asked.indexOf(each) !== at),
          [],
          "asked again",
        );
        assert.ok(asked.length >= 20, asked.join("\n"));
        assert.ok(
          !asked.some((each) => each.includes("/request-log")),
          "what the manager knows is not asked of the gateway",
        );
        assert.ok(most >= 2 && most <= 3, `${most} questions wait for the gateway at once`);
        const { bundle, calls } = await page.evaluate(() => ({
          bundle: performance.getEntriesByName("bundle")[0].startTime,
          calls: performance
            .getEntriesByType("resource")
            .filter(({ initiatorType }) => initiatorType === "fetch")
            .map(({ name, startTime }) => ({ path: new URL(name).pathname, startTime })),
        }));
        const before = calls.filter(({ startTime }) => startTime < bundle).map(({ path }) => path);
        assert.deepEqual(before.sort(), [
          "/api/v1/findings",
          "/api/v1/gateway-settings",
          "/api/v1/preferences",
          "/api/v1/session",
          "/api/v1/storage",
          "/api/v1/views",
          "/status",
          "/usage-service/info",
          "/v0/management/auth-files",
        ]);
        assert.deepEqual(problems, []);
      },
    );

    spec(
      world,
      "comparison: with the same weekdays before, or with nothing, and no percentage without a base",
      async () => {
        const { page } = await open("#/usage?range=7d");
        const figures = page.getByRole("region", { name: "Figures of the range" });
        await figures
          .getByText(/from|was/)
          .first()
          .waitFor();
        await page.getByRole("button", { name: /^Compared with/ }).click();
        await page.getByRole("button", { name: /same weekdays before/ }).click();
        await eventually(async () => assert.match(page.url(), /compare=week/));
        const picker = page.getByRole("button", { name: /^Compared with/ });
        await picker.click();
        await page.getByRole("button", { name: /^4 weeks before/ }).click();
        await eventually(async () => assert.match(page.url(), /compare=four-weeks/));
        await page.getByRole("button", { name: /^Compared with.*4 weeks before/ }).waitFor();
        await picker.click();
        const begin = page.getByLabel("Or as long, from");
        await begin.fill("2099-01-01T00:00");
        await page.getByText(/It must begin before the range does/).waitFor();
        // No address holds a moment before 1970.
        await begin.fill("1969-12-30T00:00");
        await page.getByText("It must be in 1970 or later").waitFor();
        assert.equal(await page.getByRole("dialog").getByRole("button", { name: "Apply" }).isDisabled(), true);
        await assertAccessible(page, "comparison with a begin of one's own");
        const spans = [];
        page.on("request", (request) => {
          if (request.url().endsWith("/api/v1/query")) spans.push(request.postDataJSON());
        });
        await begin.fill("2025-11-03T10:30");
        await page.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
        await eventually(async () => assert.match(page.url(), /compare=\d{13}/));
        const chosen = Number(/compare=(\d+)/.exec(page.url())?.[1]);
        await eventually(() => {
          const compared = spans.find(({ from_ms: from }) => from === chosen);
          assert.ok(compared && compared.to_ms - chosen > 6 * 86_400_000, "asked from there, as long as the range");
        });
        await page.reload();
        await page.getByRole("button", { name: /^Compared with.*from 3 Nov 2025/ }).waitFor();
        await page.getByRole("button", { name: /^Compared with/ }).click();
        await page.getByRole("button", { name: /No comparison/ }).click();
        await eventually(async () => assert.match(page.url(), /compare=off/));
        await eventually(async () => assert.doesNotMatch(await figures.innerText(), /[+−]\d[\d.]*%/));
      },
    );

    spec(
      world,
      "trends: a measure, a drawing and a width of bars are chosen, and every series is its own",
      async () => {
        const { page, problems } = await open("#/usage?range=7d&tab=models");
        await settled(page);
        const chart = page.locator("#main section").first();
        await chart.getByRole("button", { name: "Requests" }).click();
        await eventually(async () => assert.match(page.url(), /measure=requests/));
        await page.getByLabel("Width of a bar").selectOption("day");
        await page.getByRole("heading", { name: /Requests per day, by model/ }).waitFor();
        await chart.getByRole("button", { name: "Show as table" }).click();
        await eventually(async () => {
          const heads = await chart.locator("thead th").allInnerTexts();
          const lines = await chart
            .locator("tbody tr")
            .evaluateAll((rows) =>
              rows.map((row) => [...row.querySelectorAll("td.num")].map((cell) => cell.textContent)),
            );
          assert.ok(lines.length >= 7 && lines.length <= 8, `${lines.length} days`);
          const sums = lines[0].map((_, at) => lines.reduce((sum, line) => sum + count(line[at] ?? ""), 0));
          // Each series adds up to what the ranking says of that model: no curve is another one, scaled.
          const ranking = page.locator("main table").last();
          const rows = await ranking
            .locator("tbody tr")
            .evaluateAll((list) =>
              list.map((row) => [
                row.querySelector("a")?.textContent?.trim(),
                row.querySelectorAll("td, th")[1]?.textContent,
              ]),
            );
          const ranked = new Map(rows.map(([name, calls]) => [name, count(calls ?? "")]));
          const named = heads.slice(1, -1);
          assert.ok(named.length >= 3);
          let matched = 0;
          for (const [at, name] of named.entries()) {
            if (!ranked.has(name)) continue;
            assert.equal(sums[at], ranked.get(name), `${name} over all days`);
            matched += 1;
          }
          // All but the one that holds the others.
          assert.ok(matched >= 3 && matched >= named.length - 1, `${matched} of ${named.join(", ")} are ranked`);
          const shapes = new Set(
            named.map((_, at) => lines.map((line) => (count(line[at]) / sums[at]).toFixed(3)).join()),
          );
          assert.equal(shapes.size, named.length, "no two models have the same course");
        });
        await chart.getByRole("button", { name: /chart/i }).last().click();
        await chart.getByRole("button", { name: "Lines" }).click();
        await eventually(async () => assert.match(page.url(), /chart=lines/));
        // A legend entry hides its series, and shows it again.
        const entry = chart.getByRole("list", { name: "Legend" }).getByRole("button").first();
        await entry.click();
        await eventually(async () => assert.equal(await entry.getAttribute("aria-pressed"), "false"));
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "trends: peaks, means and changes are named with their time, and open their bar", async () => {
      const { page } = await open("#/usage?range=7d&tab=trends");
      await settled(page);
      const extremes = page.getByRole("region", { name: "Peaks, means and changes" });
      await eventually(async () => assert.equal(await extremes.locator(":scope > *").count(), 8));
      await eventually(async () =>
        assert.match(
          await extremes.innerText(),
          /Requests, peak[\s\S]*mean per[\s\S]*change[\s\S]*Latency p95, highest[\s\S]*First token p95, highest/,
        ),
      );
      await extremes.getByRole("button").first().click();
      await eventually(async () => assert.match(page.url(), /drawer=\d+-\d+/));
      await eventually(async () => {
        const names = await page.getByRole("slider").evaluateAll((list) => list.map((each) => each.ariaLabel ?? ""));
        assert.ok(names.length >= 3, `over time, by model, by key: ${names.join(", ")}`);
      });
    });

    spec(
      world,
      "a bar opens to its figures against the bar before, who made it, and a sample of its requests",
      async () => {
        const { page, problems } = await open("#/usage?range=24h");
        await settled(page);
        await page.getByRole("slider").first().focus();
        await page.keyboard.press("End");
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("Enter");
        await eventually(async () => assert.match(page.url(), /drawer=\d+-\d+/));
        await page.getByText("against the span before", { exact: true }).waitFor();
        const box = page
          .locator("section")
          .filter({ has: page.getByText("against the span before", { exact: true }) })
          .last();
        await eventually(async () =>
          assert.match(
            await box.innerText(),
            /Requests[\s\S]*was[\s\S]*Cost[\s\S]*Latency, p95[\s\S]*By model[\s\S]*By key/,
          ),
        );
        const sample = page.locator("table", {
          has: page.getByText(/newest \d+ requests? of this span|request of this span/),
        });
        await sample.locator("tbody tr").first().waitFor();
        await eventually(async () => assert.ok((await sample.locator("tbody tr").count()) <= 12));
        await sample.locator("tbody a").first().click();
        await eventually(async () => assert.match(page.url(), /#\/requests\/\d+\?from=\d+&to=\d+/));
        await page.locator("aside[data-drawer] dl").first().waitFor();
        assert.deepEqual(problems, []);
      },
    );

    spec(
      world,
      "rankings: sorted by any column, other columns, an entity with its parts, a file of what is shown",
      async () => {
        const { page, problems } = await open("#/usage?range=7d&tab=keys");
        await settled(page);
        const table = page.locator("main table").last();
        await table.getByRole("button", { name: /^Requests/ }).click();
        await eventually(async () => assert.match(page.url(), /sort=-requests/));
        const calls = async () => (await table.locator("tbody tr td:nth-child(2)").allInnerTexts()).map(count);
        await eventually(async () => {
          const found = await calls();
          assert.ok(found.length >= 3);
          assert.deepEqual(
            found,
            [...found].sort((a, b) => b - a),
          );
        });
        await page.getByRole("button", { name: "Columns" }).click();
        await page.getByRole("checkbox", { name: "Last seen" }).check();
        await page.keyboard.press("Escape");
        await table.getByRole("columnheader", { name: /Last seen/ }).waitFor();
        await eventually(() => assert.match(page.url(), /columns=/));
        await table.getByRole("link", { name: /ide-team-a/ }).click();
        await eventually(async () => assert.match(page.url(), /drawer=4f8a7cbf/));
        const detail = panel(page, "ide-team-a");
        for (const part of ["By model", "By account", "By provider"]) await detail.getByText(part).waitFor();
        await eventually(async () =>
          assert.match(await detail.innerText(), /Requests[\s\S]*Failed[\s\S]*Cost[\s\S]*First seen[\s\S]*Last seen/),
        );
        await leads(
          page,
          detail.getByRole("link", { name: /Show requests/ }),
          [/#\/requests/, /key=4f8a7cbf/],
          "#/usage?range=7d&tab=keys",
        );
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name: "CSV" }).click(),
        ]);
        const csv = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
        assert.match(csv[0], /key,name,requests,failures,tokens/);
        assert.equal(csv.length - 1, (await calls()).length);
        // All of them are there: no list ends at eight or ten.
        await go(page, "#/usage?range=30d&tab=credentials");
        await settled(page);
        await eventually(async () => {
          const note = await page
            .locator("main")
            .getByText(/\d+ in range/)
            .first()
            .innerText();
          assert.equal(await page.locator("main table").last().locator("tbody tr").count(), count(note));
          assert.ok(count(note) > 10, note);
        });
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "what stands out is said in words, with its base, and leads to its requests", async () => {
      const { page } = await open("#/usage?range=30d");
      await settled(page);
      const box = panel(page, "What stands out");
      const items = box.locator("li");
      await items.first().waitFor();
      await eventually(async () => assert.ok((await items.count()) <= 5));
      await eventually(async () =>
        assert.match(await box.innerText(), /requests [+−]?\d[\s\S]*: [\d,]+ requests, was [\d,]+; \$[\d.,]+, was \$/i),
      );
      await box.getByText(/requests without a price/).waitFor();
      await items.first().getByRole("link").click();
      await eventually(async () => assert.match(page.url(), /#\/requests\?from=\d+&to=\d+/));
    });

    spec(world, "all time has bars as narrow as fit what is stored; the peak is that of the series shown", async () => {
      const { page, problems } = await open("#/usage?range=all");
      await page.getByRole("heading", { name: /^Cost per (day|hour|half hour|quarter hour)/ }).waitFor();
      const head = page.getByText(/^peak \$/);
      const before = await head.innerText();
      await page.getByRole("button", { name: /^gpt-5\.4 / }).click();
      await eventually(async () => assert.notEqual(await head.innerText(), before));
      await page.getByRole("button", { name: /^gpt-5\.4 / }).click();
      await eventually(async () => assert.equal(await head.innerText(), before));
      assert.deepEqual(problems, []);
    });

    spec(world, "a cost tells its change beside what has no price", async () => {
      const { page, problems } = await open("#/usage?range=7d");
      const tile = page.getByRole("region", { name: "Figures of the range" }).locator("a", { hasText: /^Cost/ });
      await eventually(async () => assert.match(await tile.innerText(), /unpriced\s+·\s+(was ≥? ?\$|[+−]\d)/));
      await page.getByRole("searchbox", { name: /Search text/ }).fill("gpt");
      await eventually(async () => assert.match(page.url(), /q=gpt/));
      assert.deepEqual(problems, []);
    });

    spec(world, "figures of a month are not read every two seconds while requests arrive", async () => {
      const { page } = await open("#/usage?range=30d");
      await settled(page);
      const asked = [];
      page.on("request", (request) => {
        if (/\/api\/v1\/query|monitoring\/analytics/.test(request.url())) asked.push(request.url());
      });
      await group.tell("traffic", { rate: 5 });
      await page.waitForTimeout(9_000);
      await group.tell("traffic", { rate: 0 });
      // Each of about ten questions at most once, none for the span before.
      assert.ok(asked.length <= 12, `${asked.length} questions in 9 s`);
    });

    spec(world, "heatmap: measures, scales, cells by keyboard, who made the hour, and its requests", async () => {
      const { page, problems } = await open("#/usage?range=30d&tab=heatmap");
      await settled(page);
      const map = page.getByRole("table", { name: /by weekday and hour/ });
      await eventually(async () => assert.equal(await map.locator("[data-cell]").count(), 7 * 24));
      await map.locator('[data-cell="2 9"]').click();
      await page.keyboard.press("ArrowRight");
      await eventually(async () =>
        assert.equal(await map.locator('[data-cell="2 10"]').getAttribute("aria-pressed"), "true"),
      );
      await page
        .getByText(/Wed 10:00/)
        .first()
        .waitFor();
      await page.getByText(/the mean of all hours is/).waitFor();
      for (const part of ["By model", "By key", "By provider", "Strongest hours", "Most failures"])
        await page.getByRole("heading", { name: part }).first().waitFor();
      for (const measure of ["Requests", "Tokens", "Cost", "Failed, share"]) {
        await page.getByRole("button", { name: measure, exact: true }).click();
        await page.getByRole("table", { name: `${measure} by weekday and hour` }).waitFor();
      }
      await page.getByRole("button", { name: "within the weekday" }).click();
      await eventually(async () => assert.match(page.url(), /measure=failureRate/));
      await page
        .getByRole("table", { name: /by day/ })
        .locator("[data-cell]")
        .first()
        .waitFor();
      await page
        .locator("p")
        .filter({ hasText: /^Requests of/ })
        .getByRole("link")
        .first()
        .click();
      // One hour of one day.
      await eventually(async () => {
        const [, from, to] = /from=(\d+)&to=(\d+)/.exec(page.url()) ?? [];
        assert.equal(Number(to) - Number(from), 3_600_000);
      });
      assert.deepEqual(problems, []);
    });

    spec(world, "explore: any measure by anything, as bars, lines or a table, with its file", async () => {
      const { page, problems } = await open("#/usage?range=7d&tab=explore");
      await settled(page);
      await page.getByLabel("Measure").selectOption("requests");
      await page.getByLabel("Split by").selectOption("provider");
      await eventually(async () =>
        assert.match(page.url(), /measure=requests.*split=provider|split=provider.*measure=requests/),
      );
      const table = page.locator("main table").last();
      await table.getByText("codex").first().waitFor();
      await page.getByRole("button", { name: "Table", exact: true }).click();
      await eventually(async () => assert.equal(await page.getByRole("slider").count(), 0));
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "CSV" }).click(),
      ]);
      assert.match(await readFile(await file.path(), "utf8"), /provider,calls/);
      await table.getByRole("link", { name: /codex/ }).first().click();
      await eventually(async () => assert.match(page.url(), /#\/requests\?.*provider=codex/));
      assert.deepEqual(problems, []);
    });

    spec(
      world,
      "filters: status, slowness, cache and credential file narrow usage, and each can be taken away",
      async () => {
        const { page } = await open("#/usage?range=7d");
        await settled(page);
        const figures = page.getByRole("region", { name: "Figures of the range" });
        const total = async () => count((await figures.locator("a").first().innerText()).split("\n")[1]);
        await eventually(async () => assert.ok((await total()) > 0));
        const all = await total();
        for (const [filter, value, wanted] of [
          ["Status", "Failed", /status=failed/],
          ["Slower than", "10.0 s", /slow=10000/],
          ["Cache", "Not used", /cache=miss/],
        ]) {
          await page.locator("#filter-add").click();
          await page.getByRole("button", { name: filter, exact: true }).click();
          await page.getByRole("dialog").getByRole("button", { name: value, exact: true }).click();
          await page.keyboard.press("Escape");
          await eventually(async () => assert.match(page.url(), wanted));
          await eventually(async () => assert.ok((await total()) < all, `${filter} narrows`));
          await page.getByRole("button", { name: `Remove the filter ${filter}` }).click();
          await eventually(async () => assert.doesNotMatch(page.url(), wanted));
          await eventually(async () => assert.ok((await total()) >= all));
        }
        // Text that arrives by link is shown and can be changed there.
        await go(page, "#/usage?range=7d&q=sonnet");
        await page.getByRole("searchbox", { name: /Search text/ }).waitFor();
        await eventually(async () => assert.ok((await total()) < all));
        await page.getByRole("searchbox", { name: /Search text/ }).fill("");
        await eventually(async () => assert.doesNotMatch(page.url(), /q=/));
      },
    );

    spec(world, "money of a range is that of its parts", async () => {
      const { page } = await open("#/usage?range=7d&tab=models");
      await settled(page);
      await eventually(async () => {
        const whole = money(await page.locator("#main section").first().locator("header").innerText());
        const rows = await page.locator("main table").last().locator("tbody tr").allInnerTexts();
        assert.ok(rows.length > 0 && whole > 0, `${rows.length} rows of ${whole}`);
        const parts = rows.map((text) => money(text.split("\n").at(-1))).filter((each) => !Number.isNaN(each));
        const sum = parts.reduce((total, part) => total + part, 0);
        assert.ok(Math.abs(sum - whole) < 0.02 * parts.length + whole * 0.001, `${sum} of ${whole}`);
      });
    });
  });
}
