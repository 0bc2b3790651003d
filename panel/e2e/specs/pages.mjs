import assert from "node:assert/strict";
import { startMock } from "../../mock/server.mjs";
import {
  assertAccessible,
  assertNoSidewaysScroll,
  eventually,
  openPage,
  settled,
  signIn,
  spec,
  steady,
} from "../browser.mjs";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
];
const PAGES = [
  "#/",
  "#/?range=30d&not_code=200&status=failed",
  "#/usage?range=30d",
  "#/usage?range=30d&tab=trends",
  "#/usage?range=30d&tab=models",
  "#/usage?range=30d&tab=keys&sort=-requests",
  "#/usage?range=30d&tab=credentials",
  "#/usage?range=30d&tab=heatmap",
  "#/usage?range=7d&tab=explore&measure=latency&split=account&chart=lines",
];
const count = (text) => Number(text.replaceAll(/[^0-9]/g, ""));

/** Dashboard and usage, over weeks of made-up requests: the mock has them, a fresh manager has not. */
export function pageSpecs(world) {
  const withHistory = (name, run, options = {}) =>
    spec(world, name, async () => {
      const mock = await startMock({ rate: 0 });
      const base = `http://127.0.0.1:${mock.port}`;
      try {
        const open = async (path = "#/", more = {}) => {
          const context = await world.browser.newContext({
            viewport: SIZES[0],
            locale: "en-GB",
            timezoneId: "Asia/Shanghai",
            ...options,
            ...more,
          });
          const { page, problems } = await openPage(context, base);
          await signIn(page, base, mock.adminKey, path);
          return { page, problems };
        };
        await run({ open, base, mock });
      } finally {
        await mock.close();
      }
    });

  for (const viewport of SIZES) {
    withHistory(`dashboard and usage fit ${viewport.width} px, and axe finds nothing`, async ({ open, base }) => {
      const phone = viewport.width < 640;
      for (const [colorScheme, locale] of [
        ["light", "en-GB"],
        ["dark", "zh-CN"],
      ]) {
        const { page, problems } = await open("#/", {
          viewport,
          colorScheme,
          locale,
          isMobile: phone,
          hasTouch: phone,
        });
        for (const path of PAGES) {
          const where = `${viewport.width} ${colorScheme} ${path}`;
          await page.goto(`${base}/management.html${path}`);
          await page.locator("#main section").first().waitFor();
          await settled(page);
          await assertNoSidewaysScroll(page, where);
          await assertAccessible(page, where);
        }
        assert.deepEqual(problems, []);
      }
    });
  }

  withHistory(
    "shows the numbers that the manager answered, and leads to the requests behind them",
    async ({ open }) => {
      const { page, problems } = await open("#/?range=7d");
      const figures = page.getByRole("region", { name: "Figures of the range" });
      await figures.waitFor();
      const answer = await page.evaluate(async () => {
        const now = new Date(Date.now() + 8 * 3_600_000);
        const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()) - 8 * 3_600_000;
        const response = await fetch("/api/v1/query", {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CPAMP-Request": "panel" },
          body: JSON.stringify({
            from_ms: today - 6 * 86_400_000,
            to_ms: Date.now(),
            time_zone: "Asia/Shanghai",
            measures: ["calls", "failures"],
          }),
        });
        return (await response.json()).totals.values;
      });
      assert.ok(answer.calls > 100, "there is something to see");
      await eventually(async () => {
        const [requests, failed] = await figures
          .locator("a")
          .evaluateAll((list) => list.slice(0, 2).map((link) => link.children[1].childNodes[0].textContent));
        assert.equal(count(requests), answer.calls);
        assert.equal(count(failed), answer.failures);
      });
      await figures.locator("a").nth(1).click();
      await eventually(async () => assert.match(page.url(), /#\/requests\?.*status=failed/));
      await eventually(() => assert.match(page.url(), /range=7d/));
      assert.deepEqual(problems, []);
    },
  );

  withHistory("takes a brush across a chart as the range, and goes back", async ({ open }) => {
    const { page } = await open("#/?model=gpt-5.4");
    const chart = page.getByRole("slider").first();
    await chart.waitFor();
    const box = await steady(() => chart.boundingBox());
    await page.mouse.move(box.x + 300, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 420, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await eventually(async () => assert.match(page.url(), /from=\d+&to=\d+/));
    await eventually(() => assert.match(page.url(), /model=gpt-5.4/));
    await page.goBack();
    await eventually(async () => assert.doesNotMatch(page.url(), /from=/));
  });

  withHistory("reads a chart by keyboard, as a table, and opens a bar", async ({ open }) => {
    const { page } = await open("#/usage?range=30d");
    const chart = page.getByRole("slider").first();
    await chart.waitFor();
    await chart.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await eventually(async () => assert.match(await chart.getAttribute("aria-valuetext"), /\$.*Total \$/));
    await page.keyboard.press("Enter");
    await eventually(async () => assert.match(page.url(), /drawer=\d+-\d+/));
    await page.getByText("against the span before", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Show as table" }).first().click();
    await eventually(async () => assert.equal((await page.locator("section table tbody tr").count()) >= 30, true));
  });

  withHistory("finds and does by keyboard: palette, sheet, pages, theme", async ({ open }) => {
    const { page } = await open("#/", { colorScheme: "light" });
    await page.getByRole("heading", { level: 1, name: "Dashboard" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("writer");
    await page
      .getByRole("option", { name: /writer@example\.org/ })
      .first()
      .waitFor();
    await assertAccessible(page, "palette");
    await page.keyboard.press("Enter");
    await eventually(async () => assert.match(page.url(), /#\/requests\?account=writer/));
    await page.keyboard.press("g");
    await page.keyboard.press("u");
    await eventually(async () => assert.match(page.url(), /#\/usage/));
    await page.keyboard.press("t");
    await eventually(async () =>
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark"),
    );
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await assertAccessible(page, "shortcuts");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("简体");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "用量分析" }).waitFor();
  });

  withHistory("excludes, saves the view under a name and comes back to it", async ({ open }) => {
    const { page } = await open("#/usage?range=7d");
    await page.locator("#filter-add").click();
    await page.getByRole("button", { name: "Provider", exact: true }).click();
    await page.getByRole("checkbox", { name: /codex/ }).check();
    await page.getByRole("button", { name: "Exclude instead" }).click();
    await page.keyboard.press("Escape");
    await eventually(async () => assert.match(page.url(), /not_provider=codex/));
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("textbox", { name: "Save this view as" }).fill("Without codex");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("View Without codex saved").first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Remove the filter Provider" }).click();
    await eventually(async () => assert.doesNotMatch(page.url(), /not_provider/));
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: "Without codex", exact: true }).click();
    await eventually(async () => assert.match(page.url(), /range=7d.*not_provider=codex/));
    await page.getByRole("button", { name: /^Notifications/ }).click();
    await page.getByRole("dialog", { name: "Notifications" }).getByText("View Without codex saved").waitFor();
  });

  withHistory("writes all times in the chosen zone, also after a reload", async ({ open }) => {
    const { page } = await open("#/?range=yesterday");
    await page.getByRole("button", { name: /Time zone/ }).click();
    await page.getByRole("searchbox", { name: "Find a zone" }).fill("new york");
    await page.getByRole("button", { name: /America\/New York/ }).click();
    await page.getByRole("button", { name: /America\/New_York/ }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: /America\/New_York/ }).waitFor();
  });

  withHistory("keeps the last figures and marks them when the manager goes away", async ({ open, base }) => {
    const { page } = await open("#/");
    const figures = page.getByRole("region", { name: "Figures of the range" });
    await eventually(async () => assert.ok(count(await figures.locator("a").first().innerText()) > 0));
    // All of the page has been read: the last figure of the strip, too, and what it is compared with.
    await settled(page);
    const before = await figures.locator("a").first().innerText();
    await fetch(`${base}/__mock/down`, { method: "POST" });
    await page.getByText(/Live updates stopped at/).waitFor();
    await eventually(async () => assert.equal(await figures.locator("a").first().innerText(), before));
    await assertAccessible(page, "dashboard, stale");
    await fetch(`${base}/__mock/reset`, { method: "POST" });
  });

  withHistory("marks figures that can no longer be read, and says of when they are", async ({ open }) => {
    const { page } = await open("#/");
    const strips = [
      ["#/", "Figures of the range"],
      ["#/usage?range=7d", "Figures of the range"],
      ["#/usage?range=7d&tab=trends", "Peaks, means and changes"],
      ["#/requests", "Figures of this view"],
    ];
    for (const [path, name] of strips) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, path);
      const figures = page.getByRole("region", { name });
      await eventually(async () => assert.ok((await figures.locator("a, button").count()) > 0, path));
      await settled(page);
      const before = await figures.innerText();
      const mark = page
        .locator("div", { has: figures })
        .last()
        .getByText(/^as of \d/i);
      assert.equal(await mark.count(), 0, `${path}: as of now`);
      // The stream goes on: only what is asked for fails.
      await page.route("**/api/v1/query", (route) =>
        route.fulfill({ status: 500, json: { error: "the database could not be read", code: "store_unavailable" } }),
      );
      await page.keyboard.press("r");
      await mark.waitFor();
      assert.equal(await figures.innerText(), before, `${path}: the figures stay`);
      await assertAccessible(page, `${path}, stale`);
      await page.unroute("**/api/v1/query");
      await page.keyboard.press("r");
      await mark.waitFor({ state: "detached" });
    }
  });

  withHistory("says each verdict in words", async ({ open, base }) => {
    for (const [verdict, words] of [
      ["ok", "Everything is fine"],
      ["attention", /Nothing is broken/],
      ["trouble", /needs? you/],
      ["unknown", /Cannot tell/],
    ]) {
      await fetch(`${base}/__mock/verdict`, { method: "POST", body: JSON.stringify({ verdict }) });
      const { page } = await open("#/");
      await page.getByRole("heading", { level: 2, name: words }).waitFor();
      await page.context().close();
    }
  });

  withHistory(
    "a day or a bar that the range begins or ends in counts what lies within, and so do its parts",
    async ({ open, base }) => {
      const HOUR = 3_600_000;
      // From three in the afternoon to six, two days later, in Shanghai.
      const from = Math.floor(Date.now() / (24 * HOUR) - 4) * 24 * HOUR + 7 * HOUR;
      const to = from + 51 * HOUR;
      const midnight = from + 9 * HOUR;
      const { page, problems } = await open(`#/usage?from=${from}&to=${to}&tab=heatmap&measure=requests`);
      await settled(page);
      const days = page.locator("section", { has: page.getByRole("table", { name: "Requests by day" }) }).last();
      const sentence = days.locator("p", { has: page.getByRole("link", { name: /Show requests/ }) });
      const leads = async (link, begin, end) => {
        const href = await link.getAttribute("href");
        assert.match(href, new RegExp(`from=${begin}&to=${end}\\b`));
      };
      const dayOf = (at) => `${(new Date(at + 8 * HOUR).getUTCDay() + 6) % 7}`;
      const counted = [];
      for (const [day, begin, end] of [
        [dayOf(from), from, midnight],
        [dayOf(to), to - 18 * HOUR, to],
      ]) {
        await days.locator(`[data-cell^="${day} "]`).first().click();
        await eventually(() => leads(sentence.getByRole("link"), begin, end));
        await eventually(async () => {
          const told = await sentence.evaluate((element) =>
            [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.textContent : "")).join(""),
          );
          for (const part of ["By model", "By key"]) {
            const lines = days.locator("section", { has: page.getByRole("heading", { name: part }) }).locator("li > *");
            const sums = await lines.evaluateAll((list) => list.map((line) => line.children[2]?.textContent ?? ""));
            assert.ok(sums.length > 1);
            assert.equal(
              sums.reduce((sum, text) => sum + count(text), 0),
              count(told),
              part,
            );
          }
          counted.push(count(told));
        });
      }
      await page.goto(`${base}/management.html#/usage?from=${from}&to=${to}&measure=requests&bucket=day`);
      await settled(page);
      await page.getByRole("slider").first().focus();
      for (const [key, begin, end, calls] of [
        ["Home", from, midnight, counted[0]],
        ["End", to - 18 * HOUR, to, counted[1]],
      ]) {
        await page.keyboard.press(key);
        await page.keyboard.press("Enter");
        const bar = page.locator("section", { has: page.getByText("against the span before", { exact: true }) }).last();
        await eventually(() => leads(bar.getByRole("link", { name: /Show requests/ }), begin, end));
        await eventually(async () =>
          assert.equal(count(/^[\d,]+/.exec(await bar.locator("dd").first().innerText())?.[0] ?? ""), calls),
        );
      }
      assert.deepEqual(problems, []);
    },
  );

  withHistory("takes a hostile address as no address", async ({ open }) => {
    const { page, problems } = await open(
      "#/usage?tab=__proto__&sort=constructor&range=9e9y&model=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&columns=x",
    );
    await page.getByRole("heading", { level: 1, name: "Usage" }).waitFor();
    await page.getByText("<img src=x onerror=alert(1)>").first().waitFor();
    await eventually(async () =>
      assert.equal(
        await page.getByRole("navigation", { name: "Parts of usage" }).locator("[aria-current=page]").innerText(),
        "Overview",
      ),
    );
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(problems, []);
  });
}
