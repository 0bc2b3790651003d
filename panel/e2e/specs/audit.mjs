// The audit trail: what is changed in the panel stands in it, on the manager under test; the page itself, with mocks of its own.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, settled, signIn, spec } from "../browser.mjs";
import { mocked } from "../mocked.mjs";

const PAGE_ENTRIES = 200;
const rows = (page) => page.locator("main tbody tr[data-row]");
const drawer = (page) => page.locator("aside[data-drawer]");
/** How many entries the table holds, in the document or not. */
const held = async (page) => Number(await page.locator("main table").getAttribute("aria-rowcount")) - 1;

export function auditSpecs(world) {
  spec(world, "what is changed stands in the audit trail at once, with before and after, and leads back", async () => {
    const { target, browser } = world;
    const model = `gpt-audit-${Date.now()}`;
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
    const { page, problems } = await openPage(context, target.base);
    await signIn(page, target.base, target.adminKey, "#/audit");
    await rows(page).first().waitFor();
    const save = async (input, output) => {
      await page.goto(`${target.base}/management.html#/prices/edit?model=${model}`);
      await page.getByRole("heading", { level: 1, name: `Price of ${model}` }).waitFor();
      await page.getByLabel("Input", { exact: true }).fill(input);
      await page.getByLabel("Output", { exact: true }).fill(output);
      // By keyboard: what was said of the first one may still stand over the button.
      await page.keyboard.press("Enter");
      await page.waitForURL(/#\/prices$/);
    };
    await save("1.25", "10");
    await save("1.5", "10");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Audit trail" }).click();
    await page.getByRole("heading", { level: 1, name: "Audit trail" }).waitFor();
    // A new price of one's own is also locked, which is an entry of its own.
    const mine = rows(page).filter({ hasText: model }).filter({ hasText: "Save price" });
    await eventually(async () => {
      const [newest, oldest] = await mine.allInnerTexts();
      assert.match(newest ?? "", /Browser\s+[\d.:a-f]+[\s\S]*Save price[\s\S]*1\.25 → 1\.5[\s\S]*OK/);
      assert.match(oldest ?? "", /1\.25/);
      assert.doesNotMatch(oldest ?? "", /→/, "there was none before");
    });
    // A click anywhere in the row opens the entry; what it is about is a link of its own.
    await mine.first().getByText("Save price").click();
    await page.waitForURL(/drawer=\d+/);
    await eventually(async () => assert.match(await drawer(page).innerText(), /price\.save[\s\S]*1\.25 → 1\.5/));
    await drawer(page).getByRole("link", { name: model }).click();
    await page.getByRole("heading", { level: 1, name: `Price of ${model}` }).waitFor();
    await page.getByRole("button", { name: "Remove the price" }).press("Enter");
    const question = page.getByRole("alertdialog");
    await question.waitFor();
    // Where versions are kept there are two by now, which nothing brings back.
    if ((await question.getByRole("textbox").count()) > 0) await question.getByRole("textbox").fill(model);
    await question.getByRole("button", { name: "Remove the price" }).click();
    await page.waitForURL(/#\/prices$/);
    await page.goto(`${target.base}/management.html#/audit?action=price&q=${model}`);
    await eventually(async () => {
      const texts = await rows(page).allInnerTexts();
      assert.match(texts[0] ?? "", /Remove the price/);
      assert.equal(texts.filter((text) => text.includes("Save price")).length, 2, texts.join("\n"));
      assert.ok(texts.every((text) => text.includes(model)));
    });
    assert.deepEqual(problems, []);
    await context.close();
  });

  spec(world, "sign-ins and refused keys stand in the audit trail, without the key", async () => {
    const { target, browser } = world;
    const key = `cmp_admin_wrong_${Date.now()}`;
    await fetch(`${target.base}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CPAMP-Request": "panel" },
      body: JSON.stringify({ admin_key: key }),
    });
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
    const { page, problems } = await openPage(context, target.base);
    await signIn(page, target.base, target.adminKey, "#/audit?action=session");
    const row = (text) => rows(page).filter({ hasText: text }).first();
    await row("Sign in").waitFor();
    await eventually(async () => assert.match(await row("Sign-in refused").innerText(), /Failed\s+[a-z_]+/));
    const answer = await page.evaluate(async () => (await fetch("/api/v1/audit?limit=500")).text());
    for (const secret of [key, target.adminKey, target.managementKey]) assert.ok(!answer.includes(secret));
    assert.deepEqual(problems, []);
    await context.close();
  });
}

export function trailSpecs(world) {
  describe("the audit trail, with the mock", () => {
    const group = mocked(world, { history: 40 });
    const open = async (path, options) => {
      const opened = await group.open(path, options);
      await settled(opened.page);
      return opened;
    };

    for (const colorScheme of ["light", "dark"]) {
      spec(
        world,
        `the audit trail is a table, and cards on a phone, and axe finds nothing, ${colorScheme}`,
        async () => {
          for (const [width, locale] of [
            [1440, "en-GB"],
            [390, "zh-CN"],
          ]) {
            const phone = width < 640;
            const viewport = { width, height: 844 };
            const { page, problems } = await open("#/audit", {
              viewport,
              colorScheme,
              locale,
              isMobile: phone,
              hasTouch: phone,
            });
            const where = `audit trail, ${width} ${colorScheme}`;
            await page.locator("main").getByText("gpt-5.4").first().waitFor();
            assert.equal(await page.locator("main table").count(), phone ? 0 : 1);
            await assertNoSidewaysScroll(page, where);
            await assertAccessible(page, where);
            await page.getByRole("button", { name: phone ? /^筛选/ : "Filter" }).click();
            await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
            await assertAccessible(page, `${where}, filters`);
            await page.getByRole("dialog").getByRole("checkbox").nth(3).check();
            await eventually(async () => assert.match(page.url(), /#\/audit\?action=price$/));
            await page.keyboard.press("Escape");
            await page.getByRole("dialog").waitFor({ state: "detached" });
            await page.locator('main a[id^="audit-row-"]').first().click();
            await drawer(page).locator("dl").first().waitFor();
            await assertNoSidewaysScroll(page, `${where}, entry`);
            await assertAccessible(page, `${where}, entry`);
            await page.keyboard.press("Escape");
            await drawer(page).waitFor({ state: "detached" });
            await page.goto(`${group.base}/management.html#/audit?q=nowhere-to-be-found`);
            await page.getByRole("button", { name: phone ? "移除筛选" : "Remove the filters" }).waitFor();
            await assertAccessible(page, `${where}, empty`);
            assert.deepEqual(problems, []);
            await page.context().close();
          }
        },
      );
    }

    spec(
      world,
      "the audit trail is narrowed by action, text and range in its address, over a reload and back",
      async () => {
        const { page } = await open("#/audit");
        const actions = async () => [...new Set(await rows(page).locator("td:nth-child(3)").allInnerTexts())];
        await page.getByRole("button", { name: "Filter", exact: true }).click();
        await page.getByRole("checkbox", { name: "Prices" }).check();
        await eventually(async () =>
          assert.deepEqual((await actions()).sort(), ["Lock or unlock a price", "Save price", "Synchronise prices"]),
        );
        await page.getByRole("checkbox", { name: "Views" }).check();
        await page.keyboard.press("Escape");
        await page.getByText("Prices, +1").waitFor();
        await eventually(async () => assert.ok((await actions()).includes("Save a view")));
        await page.getByRole("searchbox", { name: "Search subject or address" }).fill("GPT-5.5");
        await eventually(async () => assert.deepEqual(await actions(), ["Lock or unlock a price"]));
        assert.match(page.url(), /action=price&action=view&q=GPT-5\.5$/);
        await page.reload();
        await eventually(async () => assert.deepEqual(await actions(), ["Lock or unlock a price"]));
        const all = await rows(page).count();
        await page.getByRole("button", { name: /^Time range/ }).click();
        await page.getByRole("button", { name: "Last 7 days" }).click();
        await page.waitForURL(/range=7d/);
        await eventually(async () => {
          const shown = await rows(page).count();
          assert.ok(shown > 0 && shown < all, `${shown} of ${all}`);
        });
        await page.goBack();
        await eventually(async () => assert.equal(await rows(page).count(), all));
        await page.getByRole("button", { name: /^Time range: All time/ }).waitFor();
        // Here the last day is a range like any other, and is written.
        await page.getByRole("button", { name: /^Time range/ }).click();
        await page.getByRole("button", { name: "Last 24 h" }).click();
        await page.waitForURL(/range=24h/);
        await page.getByRole("button", { name: "Clear", exact: true }).click();
        await page.waitForURL(/#\/audit\?range=24h$/);
        await page.goto(`${group.base}/management.html#/audit?q=198.51.100.24&action=unheard.of`);
        await eventually(async () => {
          const texts = await rows(page).allInnerTexts();
          assert.ok(texts.length > 0 && texts.every((text) => text.includes("198.51.100.24")), texts.join("\n"));
        });
        // A single action, by its address: said in words, and with a box to take it away.
        await page.goto(`${group.base}/management.html#/audit?action=alias.save&action=price`);
        await page.getByText("Name of a client key, +1").waitFor();
        await page.getByRole("button", { name: "Filter", exact: true }).click();
        const boxes = page.getByRole("dialog").getByRole("checkbox", { checked: true });
        await eventually(async () => assert.equal(await boxes.count(), 2));
        await page.getByRole("checkbox", { name: "Prices" }).uncheck();
        await page.waitForURL(/#\/audit\?action=alias\.save$/);
        await page.getByRole("checkbox", { name: "Name of a client key" }).click();
        await page.waitForURL(/#\/audit$/);
        await page.getByRole("checkbox", { name: "Name of a client key" }).waitFor({ state: "detached" });
        await page.keyboard.press("Escape");
        await page.goto(`${group.base}/management.html#/audit?q=nobody`);
        await page.getByText("No entry matches this view").waitFor();
        await page.getByRole("button", { name: "Remove the filters" }).click();
        await page.waitForURL(/#\/audit$/);
        await rows(page).first().waitFor();
      },
    );

    spec(
      world,
      "the audit trail is read page by page, only rows in view are in the document, and new ones come first",
      async () => {
        const { page } = await open("#/audit");
        await eventually(async () => assert.equal(await held(page), PAGE_ENTRIES));
        const asked = [];
        await page.route(/\/api\/v1\/audit\?.*before=/, (route) =>
          asked.push(route.request().url()) === 1
            ? route.fulfill({
                status: 500,
                json: { error: "the database could not be read", code: "store_unavailable" },
              })
            : route.fallback(),
        );
        const toEnd = () => page.evaluate(() => window.scrollTo({ top: document.body.scrollHeight }));
        await toEnd();
        await page.getByText("More could not be read.").waitFor();
        assert.equal(await held(page), PAGE_ENTRIES, "what is there stays");
        await page.getByRole("button", { name: "Retry" }).click();
        await eventually(async () => assert.ok((await held(page)) > 260, `${await held(page)}`));
        assert.ok((await rows(page).count()) < 120, "only rows in view");
        await eventually(async () => {
          await toEnd();
          assert.match(await rows(page).last().innerText(), /Manager[\s\S]*Migrate the database[\s\S]*2 → 3/);
        });
        // Older pages stay when the newest one is read anew.
        const before = await held(page);
        await page.evaluate(() => window.scrollTo({ top: 0 }));
        await page.evaluate(() =>
          fetch("/api/v1/views", {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-CPAMP-Request": "panel" },
            body: JSON.stringify({ name: "from-elsewhere", page: "/usage", search: "" }),
          }),
        );
        await page.keyboard.press("r");
        await eventually(async () =>
          assert.match(await rows(page).first().innerText(), /Save a view[\s\S]*from-elsewhere/),
        );
        await eventually(async () => assert.equal(await held(page), before + 1));
      },
    );

    spec(world, "the audit trail says what could not be read, when, and what was not recorded", async () => {
      const { page } = await open("#/audit");
      await rows(page).first().waitFor();
      const broken = { status: 500, json: { error: "the database could not be read", code: "store_unavailable" } };
      await page.route(/\/api\/v1\/audit\?/, (route) => route.fulfill(broken));
      await page.keyboard.press("r");
      // The last good rows stay, and say of when they are.
      await page
        .locator("#main")
        .getByText(/as of \d\d:\d\d:\d\d/)
        .waitFor();
      await rows(page).first().waitFor();
      await page.reload();
      await page.getByText("The audit trail could not be read").waitFor();
      await assertAccessible(page, "audit trail, unreadable");
      await page.unrouteAll({ behavior: "ignoreErrors" });
      await group.tell("set", { auditDropped: 3 });
      await page.locator("#main").getByRole("button", { name: "Retry" }).click();
      await rows(page).first().waitFor();
      await page.getByText("Not recorded: 3").waitFor();
      await group.tell("set", { auditDropped: 0 });
      let release = () => {};
      const answered = new Promise((done) => {
        release = done;
      });
      await page.route(/\/api\/v1\/audit\?/, async (route) => {
        await answered;
        await route.fallback();
      });
      await page.reload();
      await page.getByRole("status").getByText("Reading the audit trail").first().waitFor({ state: "attached" });
      assert.equal(await rows(page).count(), 0);
      release();
      await rows(page).first().waitFor();
    });

    spec(world, "an entry has its own address, found by keyboard and by link, however old it is", async () => {
      const { page } = await open("#/audit");
      await rows(page).first().waitFor();
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.waitForURL(/drawer=\d+/);
      const id = new URL(page.url().replace("#/", "")).searchParams.get("drawer");
      const heading = drawer(page).getByRole("heading", { level: 2 });
      await eventually(async () =>
        assert.equal(await heading.evaluate((element) => element === document.activeElement), true),
      );
      await page.keyboard.press("Escape");
      await drawer(page).waitFor({ state: "detached" });
      await eventually(async () =>
        assert.equal(await page.evaluate(() => document.activeElement?.id), `audit-row-${id}`, "the focus is back"),
      );
      // The oldest entry is on no page that was read.
      await page.goto(`${group.base}/management.html#/audit?drawer=1`);
      await eventually(async () =>
        assert.match(await drawer(page).innerText(), /Migrate the database[\s\S]*schema\s+2 → 3/),
      );
      await page.goto(`${group.base}/management.html#/audit?drawer=987654`);
      await drawer(page).getByText("No entry matches this view").waitFor();
      await assertAccessible(page, "audit trail, an entry that is not there");
      for (const [action, subject, to] of [
        ["alias.save", "ide-team-a", /#\/keys$/],
        // Several names at once are about no single one.
        ["alias.save", "API keys", /#\/keys$/],
        ["gateway.change", "http://cli-proxy-api:8317", /#\/settings\?section=connection$/],
        ["price.sync", "Prices", /#\/prices$/],
        ["session.sign_in", "Sign in", /#\/settings\?section=sessions$/],
        ["import.finish", "usage-2026-10.jsonl", /#\/requests\?range=all$/],
      ]) {
        await page.goto(`${group.base}/management.html#/audit?action=${action}`);
        await page.locator("main").getByRole("link", { name: subject, exact: true }).first().click();
        await page.waitForURL(to);
      }
      // What no page shows is no link.
      await page.goto(`${group.base}/management.html#/audit?action=relay.write`);
      await page.getByText("PUT /v0/management/debug").first().waitFor();
      assert.equal(await page.getByRole("link", { name: "PUT /v0/management/debug" }).count(), 0);
    });

    spec(
      world,
      "rows of the view before are neither this one's nor a file of it, and none is not yet none",
      async () => {
        const { page } = await open("#/audit?q=nobody");
        await page.getByText("No entry matches this view").waitFor();
        const csv = page.getByRole("button", { name: "CSV" });
        assert.ok(await csv.isDisabled());
        let release = () => {};
        const hold = async () => {
          const answered = new Promise((done) => {
            release = done;
          });
          await page.route(/\/api\/v1\/audit\?.*action=/, async (route) => {
            await answered;
            await route.fallback();
          });
        };
        const go = async () => {
          release();
          await page.unrouteAll({ behavior: "wait" });
        };
        const visit = (search) =>
          page.evaluate((hash) => {
            location.hash = hash;
          }, `#/audit?${search}`);
        await hold();
        await visit("action=alias");
        // None of the view before says nothing of this one.
        await page.getByText("No entry matches this view").waitFor({ state: "detached" });
        await page.getByRole("status").getByText("Reading the audit trail").first().waitFor({ state: "attached" });
        assert.ok(await csv.isDisabled());
        await go();
        await rows(page).first().waitFor();
        await eventually(async () => assert.ok(await csv.isEnabled()));
        const files = [];
        page.on("download", (file) => files.push(file));
        await hold();
        await visit("action=import");
        await page.getByText("Import", { exact: true }).first().waitFor();
        await eventually(async () => assert.ok(await csv.isDisabled()));
        assert.ok((await rows(page).allInnerTexts()).every((text) => text.includes("Name of a client key")));
        await page.keyboard.press("e");
        await go();
        await page.getByText("usage-2026-10.jsonl").first().waitFor();
        await eventually(async () => assert.ok(await csv.isEnabled()));
        assert.equal(files.length, 0, "no file of the view before");
        const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("e")]);
        assert.doesNotMatch(await readFile(await file.path(), "utf8"), /alias\.save/);
      },
    );

    spec(world, "why something failed stands in words, and no time before all is a date", async () => {
      const { page } = await open("#/", { locale: "ru" });
      const said = {
        outcome_unknown: "Исход неизвестен",
        interrupted: "Менеджер остановился",
        gateway_refused: "Шлюз отклонил запрос",
        request_failed: "Запрос к шлюзу не удался",
        gateway_timeout: "не ответил вовремя",
        cancelled: "Отменён",
        usage_import_invalid: "до конца",
        model_price_sync_failed: "Ни один каталог",
      };
      const entries = Object.keys(said).map((code, index) => ({
        id: 900 - index,
        time_ms: Date.now() - index * 1_000,
        actor: { kind: "manager", address: null },
        action: index === 0 ? "export.download" : "relay.write",
        subject: index === 0 ? "/api/v1/events.csv" : "PUT /v0/management/debug",
        outcome: "failed",
        code,
        changes: index === 0 ? [{ field: "from_ms", before: null, after: "0" }] : [],
      }));
      await page.route(/\/api\/v1\/audit\?/, (route) =>
        route.fulfill({
          json: { entries, next_before: null, oldest_ms: Date.now() - 9_000, kept: 50_000, dropped: 0 },
        }),
      );
      for (const { id, code } of entries) {
        await page.goto(`${group.base}/management.html#/audit?drawer=${id}`);
        await eventually(async () => assert.ok((await drawer(page).innerText()).includes(said[code]), code));
        assert.ok((await drawer(page).innerText()).includes(code), "the code stands beside");
      }
      await eventually(async () => {
        assert.match(await rows(page).first().innerText(), /from_ms:\s*с самого начала/);
        assert.doesNotMatch(await page.locator("main").innerText(), /1970/);
      });
    });

    spec(world, "the audit trail leaves as a file of what is shown", async () => {
      const { page } = await open("#/audit?action=alias");
      await rows(page).first().waitFor();
      const shown = await held(page);
      for (const act of [() => page.getByRole("button", { name: "CSV" }).click(), () => page.keyboard.press("e")]) {
        const [file] = await Promise.all([page.waitForEvent("download"), act()]);
        assert.equal(file.suggestedFilename(), "audit-trail.csv");
        const [head, ...lines] = (await readFile(await file.path(), "utf8")).trim().split("\r\n");
        assert.match(head, /id,time,actor,address,action,subject,outcome,code,changes$/);
        assert.equal(lines.length, shown);
        assert.match(
          lines[0],
          /^\d+,\d{4}-.*Z,browser,2001:db8::7:24,alias\.save,ide-team-a,done,,alias: {2}→ ide-team-a; key_sha256: {2}→ (4f8a7cbf){8}$/,
        );
      }
    });

    spec(world, "the audit trail is reached from the bell, the finder, a key and a phone's menu", async () => {
      const { page, problems } = await open("#/");
      const there = async () => {
        await page.getByRole("heading", { level: 1, name: "Audit trail" }).waitFor();
        await rows(page).first().waitFor();
        await page.goto(`${group.base}/management.html#/system`);
        await page.getByRole("heading", { level: 1, name: "System" }).waitFor();
      };
      await page.getByRole("button", { name: /^Notifications/ }).click();
      await page.getByRole("dialog").getByRole("link", { name: "Audit trail" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await there();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox").fill("audit");
      await page.getByRole("option", { name: /Audit trail/ }).waitFor();
      await page.keyboard.press("Enter");
      await there();
      await page.keyboard.press("g");
      await page.keyboard.press("a");
      await there();
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: "Audit trail" }).click();
      await page.getByRole("heading", { level: 1, name: "Audit trail" }).waitFor();
      await page.locator('main li a[id^="audit-row-"]').first().waitFor();
      assert.deepEqual(problems, []);
    });
  });
}
