// What holds on every page: both languages, plain http on another name, its own address, no motion where none is wanted.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, settled, signIn, spec } from "../browser.mjs";
import { mocked, PAGES } from "../mocked.mjs";

/** Two words of small letters in a row: a phrase, which data of the mock is not. */
const PHRASE = /[A-Za-z]{2,} [a-z]{2,}/;
/** Names that stay as they are in every language, and what manager and providers themselves wrote. */
const NAMES = /^(\{"error"|Invalid authentication|CLI Proxy API|Not a JSON object|CPA Manager Plus)|codex_cli|https?:/;

export function everywhereSpecs(world) {
  describe("everywhere, with the mock", () => {
    const group = mocked(world, { history: 400 });

    spec(world, "every page is in the language that was chosen, with its heading and its title", async () => {
      const words = async (page) =>
        page.evaluate(() => {
          const found = new Set();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const { parentElement, textContent } = walker.currentNode;
            const text = textContent?.trim();
            if (text && parentElement?.closest("code, script, style, option, noscript") === null) found.add(text);
          }
          for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]"))
            for (const name of ["aria-label", "title", "placeholder"]) {
              const text = element.getAttribute(name)?.trim();
              if (text) found.add(text);
            }
          return [...found];
        });
      for (const [locale, lang] of [
        ["en-GB", "en"],
        ["zh-CN", "zh-CN"],
      ]) {
        const { page, problems } = await group.open("#/", { locale });
        for (const { path, en, zh, sign } of PAGES) {
          await page.goto(`${group.base}/management.html${path}`);
          await page.locator("#main").locator(sign).first().waitFor();
          await settled(page);
          const heading = locale === "zh-CN" ? zh : en;
          await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
          await eventually(async () => assert.equal(await page.title(), `${heading} · CPA Manager Plus`));
          await eventually(async () => assert.equal(await page.evaluate(() => document.documentElement.lang), lang));
          const shown = await words(page);
          if (locale === "zh-CN") {
            const english = shown.filter(
              (text) => PHRASE.test(text) && !/[\u4e00-\u9fff]/.test(text) && !NAMES.test(text),
            );
            assert.deepEqual(english, [], `${path}: English in Chinese`);
          } else {
            const chinese = shown.filter((text) => /[\u4e00-\u9fff]/.test(text) && !/^(简体|繁體)中文$/.test(text));
            assert.deepEqual(chinese, [], `${path}: Chinese in English`);
          }
        }
        assert.deepEqual(problems, []);
        await page.context().close();
      }
    });

    spec(world, "every page is whole in the languages that stand in the page as data, on a phone too", async () => {
      for (const [locale, lang, own] of [
        ["zh-TW", "zh-TW", /[\u4e00-\u9fff]/],
        ["ru-RU", "ru", /[а-яё]/i],
      ]) {
        const { page, problems } = await group.open("#/", { locale, viewport: { width: 390, height: 844 } });
        for (const { path, en, sign } of PAGES) {
          await page.goto(`${group.base}/management.html${path}`);
          await page.locator("#main").locator(sign).first().waitFor();
          await settled(page);
          await eventually(async () => assert.equal(await page.evaluate(() => document.documentElement.lang), lang));
          const heading = await page.getByRole("heading", { level: 1 }).first().textContent();
          assert.match(heading ?? "", own, path);
          assert.notEqual(heading, en);
          const english = (await page.locator("#main").innerText())
            .split("\n")
            .filter((line) => PHRASE.test(line) && !own.test(line) && !NAMES.test(line.trim()));
          assert.deepEqual(english, [], `${path}: English in ${lang}`);
          await assertNoSidewaysScroll(page, `${path} in ${lang}`);
        }
        assert.deepEqual(problems, []);
        await page.context().close();
      }
    });

    spec(
      world,
      "every page works over plain http on another name than localhost, with a session and live",
      async () => {
        const base = `http://${world.hostName}:${new URL(group.base).port}`;
        const context = await world.browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
        const { page, problems } = await openPage(context, base);
        await signIn(page, base, group.adminKey, "#/");
        await eventually(async () =>
          assert.equal(
            await page.evaluate(() => [window.isSecureContext, typeof crypto.subtle].join()),
            "false,undefined",
          ),
        );
        for (const { path, sign } of PAGES) {
          await page.goto(`${base}/management.html${path}`);
          await page.locator("#main").locator(sign).first().waitFor();
        }
        await page.goto(`${base}/management.html#/requests`);
        await page.getByRole("button", { name: /^Live/ }).waitFor();
        // Compression that browsers offer over plain http: no br.
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "old addresses lead to the pages of today, unknown ones to the dashboard", async () => {
      const { page, problems } = await group.open("#/settings");
      for (const [from, to] of [
        ["dashboard", /#\/$/],
        ["monitoring", /#\/requests$/],
        ["usage-analytics?tab=models", /#\/usage\?tab=models$/],
        ["collector", /#\/system$/],
        ["model-prices", /#\/prices$/],
        ["monitoring/model-prices", /#\/prices$/],
        ["config", /#\/settings$/],
        ["api-keys", /#\/keys$/],
        ["no/such/page", /#\/$/],
      ]) {
        await page.goto(`${group.base}/management.html#/${from}`);
        await eventually(async () => assert.match(page.url(), to, from));
      }
      assert.deepEqual(problems, []);
    });

    spec(world, "the navigation names its groups and marks the page, as sidebar, rail and bar", async () => {
      const { page } = await group.open("#/usage");
      const nav = page.getByRole("navigation", { name: "Pages" });
      const current = nav.locator("[aria-current=page]");
      await eventually(async () =>
        assert.deepEqual(await nav.getByRole("heading").allInnerTexts(), ["Observe", "Manage"]),
      );
      await eventually(async () => assert.equal(await current.innerText(), "Usage"));
      await eventually(async () =>
        assert.match(await page.locator("aside").first().innerText(), /Gateway\s*v7\.2\.140[\s\S]*Manager\s*v2\.0\.0/),
      );
      // A person may narrow it, and finds it so again.
      await page.getByRole("button", { name: "Narrow the sidebar" }).click();
      await eventually(async () => assert.ok((await nav.boundingBox()).width < 60, "narrowed"));
      await page.reload();
      await page.getByRole("button", { name: "Widen the sidebar" }).waitFor();
      await eventually(async () => assert.ok((await nav.boundingBox()).width < 60, "still narrow after a reload"));
      await page.getByRole("button", { name: "Widen the sidebar" }).click();
      await eventually(async () => assert.ok((await nav.boundingBox()).width > 100, "wide again"));
      await page.setViewportSize({ width: 1100, height: 800 });
      await eventually(async () => assert.equal((await nav.boundingBox()).width < 60, true, "a rail"));
      await nav.getByRole("link", { name: "Prices" }).hover();
      await page.getByText("Prices", { exact: true }).last().waitFor();
      await page.setViewportSize({ width: 390, height: 844 });
      await eventually(async () => assert.ok((await nav.boundingBox()).y > 700, "a bar below"));
      await eventually(async () => assert.equal(await nav.getByRole("link").count(), 4));
      await nav.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: "API keys" }).click();
      await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
    });

    spec(world, "everything on a page is read anew by a key, and what could not be read is counted", async () => {
      const { page } = await group.open("#/usage?range=7d");
      await page.locator("#main").getByText("gpt-5.4").first().waitFor();
      await settled(page);
      const asked = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      await page.keyboard.press("r");
      await page.getByText("Everything on this page was read anew").first().waitFor();
      assert.ok(asked.filter((path) => path === "/api/v1/query").length >= 3, asked.join(" "));
      await page.route("**/api/v1/query", (route) =>
        route.fulfill({ status: 500, json: { error: "the database could not be read", code: "store_unavailable" } }),
      );
      await page.keyboard.press("r");
      await page
        .getByText(/\d+ parts of this page could not be read/)
        .first()
        .waitFor();
      // What was shown before stays, and says how old it is.
      await page.locator("#main").getByText("gpt-5.4").first().waitFor();
      await page
        .locator("#main")
        .getByText(/as of \d\d:\d\d:\d\d/)
        .first()
        .waitFor();
    });

    spec(world, "the live list, too, is read anew by the key, and says when it could not be", async () => {
      const { page } = await group.open("#/requests");
      await page.locator('a[id^="request-"]').first().waitFor();
      await settled(page);
      const asked = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      await page.keyboard.press("r");
      await page.getByText("Everything on this page was read anew").first().waitFor();
      assert.ok(asked.includes("/api/v1/events"), asked.join(" "));
      await page.route(/\/api\/v1\/events\?/, (route) =>
        route.fulfill({ status: 500, json: { error: "the database could not be read", code: "store_unavailable" } }),
      );
      await page.keyboard.press("r");
      await page.getByText("1 part of this page could not be read").first().waitFor();
      await page.locator('a[id^="request-"]').first().waitFor();
    });

    spec(world, "back and forward move through views, drawers and pages", async () => {
      const { page } = await group.open("#/");
      await page.locator("#main section").first().waitFor();
      const steps = ["#/usage?range=7d", "#/usage?range=7d&tab=models", "#/requests?status=failed"];
      for (const step of steps) await page.goto(`${group.base}/management.html${step}`);
      await page.locator('a[id^="request-"]').first().click();
      await page.locator("aside[data-drawer] dl").first().waitFor();
      await page.goBack();
      await page.locator("aside[data-drawer]").waitFor({ state: "detached" });
      for (const step of steps.toReversed().slice(1)) {
        await page.goBack();
        await eventually(async () => assert.ok(page.url().endsWith(step), page.url()));
      }
      await page.goForward();
      await page
        .getByRole("navigation", { name: "Parts of usage" })
        .locator("[aria-current=page]", { hasText: "Models" })
        .waitFor();
    });

    for (const colorScheme of ["light", "dark"]) {
      spec(
        world,
        `every menu, list and dialog passes axe, closes by Esc and gives the focus back, ${colorScheme}`,
        async () => {
          const { page, problems } = await group.open("#/usage?range=7d&tab=models", { colorScheme });
          await page.locator("#main").getByText("gpt-5.4").first().waitFor();
          const layers = [
            [page.getByRole("button", { name: /^Time range/ }), "[role=dialog]"],
            [page.getByRole("button", { name: /^Compared with/ }), "[role=dialog]"],
            [page.locator("#filter-add"), "[role=dialog]"],
            [page.getByRole("button", { name: "Views" }), "[role=dialog]"],
            [page.getByRole("button", { name: /Time zone/ }), "[role=dialog]"],
            [page.getByRole("button", { name: /^Notifications/ }), "[role=dialog]"],
            [page.getByRole("button", { name: "Theme" }), "[role=menu]"],
            [page.getByRole("button", { name: /^Language/ }), "[role=menu]"],
            [page.getByRole("button", { name: "More", exact: true }), "[role=menu]"],
            [page.getByRole("button", { name: "Columns" }), "[role=dialog]"],
          ];
          for (const [trigger, layer] of layers) {
            const name = await trigger.innerText();
            await trigger.click();
            await page.locator(layer).first().waitFor();
            // A menu floats beside the landmarks of the page, as menus do; it belongs to its button.
            await assertAccessible(page, `${name}, open, ${colorScheme}`, {
              without: layer === "[role=menu]" ? ["region"] : [],
            });
            await page.keyboard.press("Escape");
            await page.locator(layer).first().waitFor({ state: "detached" });
            await eventually(async () =>
              assert.equal(
                await trigger.evaluate((element) => element === document.activeElement),
                true,
                `${name}: focus`,
              ),
            );
            // A click outside closes as well.
            await trigger.click();
            await page.locator(layer).first().waitFor();
            await page.mouse.click(720, 880);
            await page.locator(layer).first().waitFor({ state: "detached" });
          }
          assert.deepEqual(problems, []);
        },
      );
    }

    spec(world, "nothing moves where a person wants no motion", async () => {
      const { page } = await group.open("#/requests?range=all", { reducedMotion: "reduce" });
      await page.locator('a[id^="request-"]').first().click();
      await page.locator("aside[data-drawer] dl").first().waitFor();
      const durations = await page.evaluate(() =>
        [...document.querySelectorAll("*")].flatMap((element) => {
          const { transitionDuration, animationDuration } = getComputedStyle(element);
          return [transitionDuration, animationDuration].filter(
            (each) => !/^(0s|0\.0*1s|1e-0?\dms|0\.01ms)(, |$)/.test(each),
          );
        }),
      );
      assert.deepEqual([...new Set(durations)], []);
      await eventually(async () => assert.equal(await page.evaluate(() => document.getAnimations().length), 0));
    });

    spec(world, "every page fits 390 px with the longest names", async () => {
      const long = `${"very-long-model-name-".repeat(20)}end`;
      await group.tell("publish", [longRecord(long)]);
      const { page } = await group.open("#/", {
        viewport: { width: 390, height: 844 },
        isMobile: true,
        hasTouch: true,
      });
      // Many narrow bars have the longest words in the head of a chart.
      const hourly = { path: "#/usage?range=7d&bucket=hour", sign: "text=gpt-5.4" };
      for (const { path, sign } of [...PAGES, hourly]) {
        await page.goto(`${group.base}/management.html${path}`);
        await page.locator("#main").locator(sign).first().waitFor();
        await settled(page);
        await assertNoSidewaysScroll(page, path);
      }
    });

    spec(world, "the drawer of an account shows a week to its newest hour, and numbers stay inside", async () => {
      for (const width of [1440, 390]) {
        const { page } = await group.open("#/requests?tab=accounts&range=7d&drawer=dev%40example.org", {
          viewport: { width, height: 900 },
        });
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByText("Success over the range").waitFor();
        await drawer.getByRole("table", { name: "Models" }).waitFor();
        const { edge, slots, slot, table } = await drawer.evaluate((element) => {
          const strip = [...element.querySelectorAll("ol li")];
          return {
            edge: element.getBoundingClientRect().right - 12,
            slots: strip.length,
            slot: strip.at(-1).getBoundingClientRect().right,
            table: Math.max(
              ...[...element.querySelectorAll("table")].map((each) => each.getBoundingClientRect().right),
            ),
          };
        });
        assert.ok(slots <= 72, `${slots} slots`);
        assert.ok(slot <= edge && table <= edge, `slot to ${slot}, table to ${table}, drawer to ${edge}`);
      }
    });

    /** Tables whose rows lead somewhere. `own`: J and K are theirs only while the focus is in them. */
    const TABLES = [
      { path: "#/prices", id: "prices", opens: /#\/prices\/edit\?model=/ },
      { path: "#/requests?tab=accounts", id: "entity", opens: /tab=accounts.*drawer=/ },
      { path: "#/requests?tab=keys", id: "entity", opens: /tab=keys.*drawer=/ },
      { path: "#/requests", id: "request", opens: /#\/requests\/\d+/ },
      { path: "#/usage?range=7d&tab=models", id: "usage-model", opens: /tab=models.*drawer=/ },
      { path: "#/audit", id: "audit", opens: /#\/audit\?.*drawer=\d+/ },
      { path: "#/?range=7d", id: "accounts", own: true, opens: /#\/requests\?.*account=/ },
      { path: "#/?range=7d", id: "models", own: true, opens: /#\/requests\?.*model=/ },
      { path: "#/usage?range=7d", id: "usage-model", own: true, opens: /tab=models.*drawer=/ },
      { path: "#/usage?range=7d&tab=explore", id: "explore", own: true, opens: /#\/requests\?.*model=/ },
      { path: "#/usage?range=24h", bar: true, id: "sample", own: true, opens: /#\/requests\/\d+/ },
    ];
    const focused = (page) => page.evaluate(() => document.activeElement?.id ?? "");
    const visits = (page) => page.evaluate(() => history.length);

    spec(world, "every table is walked by J and K, which open nothing, and a row by Enter", async () => {
      const { page, problems } = await group.open("#/");
      for (const { path, id, own, bar, opens } of TABLES) {
        const where = `${path} ${id}`;
        await page.goto("about:blank");
        // A bar of twenty hours, up to this one.
        const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
        await page.goto(`${group.base}/management.html${path}${bar ? `&drawer=${hour - 20 * 3_600_000}-${hour}` : ""}`);
        const links = page.locator(`[id^="${id}-row-"]`);
        await eventually(async () => assert.ok((await links.count()) >= 3, `${where} has rows`));
        await settled(page);
        const rows = await links.evaluateAll((list) => list.map((link) => link.id));
        const before = { url: page.url(), visits: await visits(page) };
        // The stop of the Tab key in it.
        if (own) await page.locator(`[id^="${id}-row-"][tabindex="0"]`).focus();
        else await page.keyboard.press("j");
        await page.keyboard.press("j");
        await page.keyboard.press("j");
        await page.keyboard.press("k");
        if (id !== "request") await eventually(async () => assert.equal(await focused(page), rows[1], where));
        assert.equal(page.url(), before.url, `${where}: a step opens nothing`);
        await page.keyboard.press("Enter");
        await eventually(() => assert.match(page.url(), opens, where));
        assert.equal(await visits(page), before.visits + 1, `${where}: one visit`);
      }
      assert.deepEqual(problems, []);
    });

    spec(world, "a ranking: the focus opens nothing, steps replace what is open, its name can be copied", async () => {
      const { page, problems } = await group.open("#/usage?range=7d&tab=models");
      const links = page.locator('[id^="usage-model-row-"]');
      await eventually(async () => assert.ok((await links.count()) >= 3));
      await settled(page);
      const rows = await links.evaluateAll((list) => list.map((link) => link.id));
      const opened = (at) => new RegExp(`drawer=${rows[at].replace("usage-model-row-", "").replaceAll(".", "\\.")}$`);
      await links.first().focus();
      await page.keyboard.press("j");
      await eventually(async () => assert.equal(await focused(page), rows[1]));
      await page.keyboard.press("Tab");
      await eventually(async () =>
        assert.match(await page.evaluate(() => document.activeElement?.ariaLabel ?? ""), /^Copy/),
      );
      assert.ok(
        await page.evaluate(
          (id) => document.getElementById(id)?.closest("tr")?.contains(document.activeElement),
          rows[1],
        ),
        "in the same row",
      );
      assert.doesNotMatch(page.url(), /drawer=/);
      await links.nth(1).focus();
      const before = await visits(page);
      await page.keyboard.press("Enter");
      await eventually(() => assert.match(page.url(), opened(1)));
      for (const [key, at] of [
        ["j", 2],
        ["k", 1],
        ["k", 0],
      ]) {
        await page.keyboard.press(key);
        await eventually(() => assert.match(page.url(), opened(at)));
        await eventually(async () => assert.equal(await focused(page), rows[at]));
      }
      assert.equal(await visits(page), before + 1, "one visit, however many were looked at");
      await page.goBack();
      await eventually(() => assert.doesNotMatch(page.url(), /drawer=/));
      assert.deepEqual(problems, []);
    });
  });
}

function longRecord(name) {
  return {
    timestamp: new Date().toISOString(),
    request_id: "longname1",
    provider: "codex",
    executor_type: "CodexExecutor",
    model: name,
    alias: name,
    endpoint: `POST /v1/${name}`,
    auth_type: "oauth",
    auth_index: "a9c2ebfa931825ca",
    source: `${name}@example.org`,
    tokens: {
      input_tokens: 9_000_000,
      output_tokens: 9_000_000,
      reasoning_tokens: 0,
      cached_tokens: 0,
      cache_read_tokens: 0,
      cache_creation_tokens: 0,
      total_tokens: 18_000_000,
    },
    latency_ms: 599_999,
    ttft_ms: 59_999,
    failed: true,
    fail: { status_code: 500, body: name.repeat(30) },
    client_ip: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    user_agent: name,
  };
}
