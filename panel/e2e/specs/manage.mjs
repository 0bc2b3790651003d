// Prices, keys, settings and system against a mock of their own: what is changed here must not disturb other tests.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { startMock } from "../../mock/server.mjs";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, signIn, spec } from "../browser.mjs";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
];
/** Each page, and something that is there when it is complete. */
const PAGES = [
  ["#/prices", "gpt-5.4"],
  ["#/prices/edit?model=gpt-5.4", "models.dev"],
  ["#/keys", "ide-team-a"],
  ["#/settings", "127.0.0.1"],
  ["#/audit", "gpt-5.4"],
  ["#/system", "HTTP_ADDR"],
  ["#/requests?tab=accounts", "writer@example.org"],
  ["#/requests?tab=keys", "ide-team-a"],
];

export function manageSpecs(world) {
  describe("managing, with the mock", () => {
    let mock;
    let base;
    const tell = (name, body = {}) => fetch(`${base}/__mock/${name}`, { method: "POST", body: JSON.stringify(body) });
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
    before(async () => {
      mock = await startMock({ rate: 0, history: 400 });
      base = `http://127.0.0.1:${mock.port}`;
    });
    after(() => mock.close());

    for (const viewport of SIZES) {
      spec(
        world,
        `every page of managing fits ${viewport.width} px, and axe finds nothing in either theme`,
        async () => {
          const phone = viewport.width < 640;
          for (const [colorScheme, locale] of [
            ["light", "en-GB"],
            ["dark", "zh-CN"],
          ]) {
            const options = { viewport, colorScheme, locale, hasTouch: phone, isMobile: phone };
            const { context, page, problems } = await open("#/prices", options);
            for (const [path, sign] of PAGES) {
              const where = `${path} ${viewport.width} ${colorScheme} ${locale}`;
              await page.goto(`${base}/management.html${path}`);
              await page.locator("main").getByText(sign, { exact: false }).first().waitFor();
              await assertNoSidewaysScroll(page, where);
              await assertAccessible(page, where);
            }
            assert.deepEqual(problems, []);
            await context.close();
          }
        },
      );
    }

    spec(
      world,
      "prices: what has no price comes first, and setting one shows the new total before it is saved",
      async () => {
        const { page, problems } = await open("#/prices");
        const first = page.locator("main section").first();
        await first.getByText("moonshotai/kimi-k2", { exact: true }).waitFor();
        await eventually(async () =>
          assert.match(await first.innerText(), /Models seen without a price[\s\S]*totals are a lower bound/),
        );
        await first.getByRole("link", { name: /Set price/ }).click();
        await page.getByRole("heading", { level: 1, name: "Price of moonshotai/kimi-k2" }).waitFor();
        const effect = page.locator("section", { has: page.getByRole("heading", { name: "Effect on the total" }) });
        await page.getByLabel("Input", { exact: true }).fill("0.6");
        await page.getByLabel("Output", { exact: true }).fill("abc");
        await page.getByRole("button", { name: "Save price" }).click();
        await page.getByText(/Enter USD per 1,000,000 tokens/).waitFor();
        await assertAccessible(page, "price, wrong");
        await page.getByLabel("Output", { exact: true }).fill("2.5");
        await effect.getByText(/Requests without a price: \d+ now, 0 with this price/).waitFor();
        await eventually(async () => {
          const figures = await effect.locator("dd").allInnerTexts();
          assert.match(figures[0], /^\$/, "complete with this price");
          assert.match(figures[1], /≥/, "a lower bound without it");
          assert.match(figures[2], /^\+\$/);
        });
        await page.getByRole("button", { name: "Save price" }).click();
        await page.getByText("Price of moonshotai/kimi-k2 saved").first().waitFor();
        await page.waitForURL(/#\/prices$/);
        await page.getByRole("link", { name: "moonshotai/kimi-k2" }).waitFor();
        await eventually(async () =>
          assert.equal(await page.getByRole("heading", { name: "Models seen without a price" }).count(), 0),
        );
        // Taken away again, after a question.
        await page.getByRole("link", { name: "moonshotai/kimi-k2" }).click();
        await page.getByRole("button", { name: "Remove the price" }).click();
        const question = page.getByRole("alertdialog");
        await assertAccessible(page, "price, question");
        await question.getByRole("button", { name: "Remove the price" }).click();
        await page.getByRole("heading", { name: "Models seen without a price" }).waitFor();
        assert.deepEqual(problems, []);
      },
    );

    spec(
      world,
      "prices: a synchronisation tells each source, and takes no candidate before a person chooses",
      async () => {
        const { page, problems } = await open("#/prices");
        await page.getByRole("button", { name: "Synchronise prices" }).click();
        const result = page.locator("section", { has: page.getByRole("heading", { name: "Synchronisation" }) });
        await result.getByText("openrouter").waitFor();
        await eventually(async () =>
          assert.match(await result.innerText(), /models\.dev[\s\S]*timed out[\s\S]*1 locked price left alone/),
        );
        await result.getByText("94%").waitFor();
        await page.getByRole("heading", { name: "Models seen without a price" }).waitFor();
        await assertAccessible(page, "prices, candidates");
        await result.getByRole("radio").nth(1).check();
        await result.getByRole("button", { name: /Use this price/ }).click();
        await page.getByText("Price of moonshotai/kimi-k2 saved").first().waitFor();
        await page.getByRole("heading", { name: "Models seen without a price" }).waitFor({ state: "detached" });
        const row = page.locator("tr", { hasText: "moonshotai/kimi-k2" });
        await eventually(async () => assert.match(await row.innerText(), /\$0\.60[\s\S]*litellm/));
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "keys: a name is given, refused when taken, and taken over from a key that is gone", async () => {
      const { page, problems } = await open("#/keys");
      await page.getByRole("button", { name: /Name it\s*: 5e5e5e5e/ }).click();
      const sheet = page.getByRole("dialog");
      await eventually(async () =>
        assert.equal(await sheet.getByLabel("Name").evaluate((field) => field === document.activeElement), true),
      );
      await page.keyboard.type("CI-Nightly");
      await page.keyboard.press("Enter");
      await sheet.getByText(/Another key has this name/).waitFor();
      await assertAccessible(page, "keys, taken");
      await sheet.getByLabel("Name").fill("old-laptop");
      await sheet.getByText(/does not accept any more/).waitFor();
      await sheet.getByRole("button", { name: "Take the name over" }).click();
      await page.getByText("The key is called old-laptop").first().waitFor();
      const row = page.locator("tr", { hasText: "old-laptop" });
      await eventually(async () => assert.match(await row.innerText(), /sk-…5e5e[\s\S]*Accepted\s+0\s+0\s+0\s+\$0/));
      await eventually(async () => assert.equal(await row.count(), 1));
      assert.deepEqual(problems, []);
    });

    spec(world, "keys: says what it does not know when the gateway cannot be asked", async () => {
      await tell("set", { keysUnknown: true });
      const { page } = await open("#/keys");
      await page.getByText("Which keys the gateway accepts is not known now").waitFor();
      await page.getByText("ide-team-a").first().waitFor();
      await eventually(async () =>
        assert.equal(await page.getByText("Not any more").count(), 0, "nothing is said to be gone"),
      );
      await tell("set", { keysUnknown: false });
    });

    spec(
      world,
      "settings: a wrong interval is explained, a save asks when it cuts the connection, leaving asks too",
      async () => {
        const { page, problems } = await open("#/settings");
        const poll = page.getByLabel("Poll interval, ms");
        await poll.fill("90000");
        await page.getByText("1 change not saved").waitFor();
        await page.getByText(/90,000 ms is longer than the 60,000 ms/).waitFor();
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await eventually(async () =>
          assert.equal(await poll.evaluate((field) => field === document.activeElement), true),
        );
        await assertAccessible(page, "settings, wrong");

        await page.getByRole("link", { name: "Prices" }).click();
        const question = page.getByRole("alertdialog");
        await question.waitFor();
        await page.keyboard.press("Escape");
        await eventually(() => assert.match(page.url(), /#\/settings/));

        await poll.fill("750");
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await page.getByText("Settings saved").first().waitFor();
        await eventually(async () => assert.equal(await page.getByText("change not saved").count(), 0));
        await eventually(async () => assert.equal(await poll.inputValue(), "750"));

        await page.getByLabel("Gateway address").fill("http://other:8317");
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await question.getByText(/From http:\/\/cli-proxy-api:8317 to http:\/\/other:8317/).waitFor();
        await question.getByRole("button", { name: "Keep it as it is" }).click();
        await page.getByRole("button", { name: "Discard" }).click();
        await page.getByLabel("Management key").fill("not-the-key");
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await question.getByRole("button", { name: "Replace the connection" }).click();
        await page.getByText(/The gateway refused the management key/).waitFor();
        await page.getByRole("button", { name: "Discard" }).click();
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "signing out asks about what is not saved, and ends no session before the answer", async () => {
      const { page, problems } = await open("#/settings");
      const ended = [];
      page.on("request", (request) => {
        if (request.method() === "DELETE" && request.url().endsWith("/api/v1/session")) ended.push(request.url());
      });
      const poll = page.getByLabel("Poll interval, ms");
      await poll.fill("850");
      await page.getByText("1 change not saved").waitFor();
      const leave = async () => {
        await page.getByRole("button", { name: "More" }).click();
        await page.getByRole("menuitem", { name: "Sign out" }).click();
      };
      const question = page.getByRole("alertdialog");
      await leave();
      await question.getByRole("button", { name: "Stay here" }).click();
      await question.waitFor({ state: "detached" });
      assert.equal(await poll.inputValue(), "850");
      await leave();
      await question.waitFor();
      assert.deepEqual(ended, [], "asked first");
      // Once: the way to the login page asks no more.
      await question.getByRole("button", { name: "Discard" }).click();
      await page.locator('input[name="admin-key"]').waitFor();
      assert.equal(await question.count(), 0);
      assert.equal(ended.length, 1);
      assert.deepEqual(problems, []);
    });

    spec(world, "prices: a removed price is put back from the bell, after its toast has gone", async () => {
      const { page, problems } = await open("#/prices/edit?model=gpt-undo");
      const stored = () =>
        page.evaluate(async () => {
          const answer = await fetch("/api/v1/prices", { headers: { "X-CPAMP-Request": "panel" } });
          return (await answer.json()).items.find(({ model }) => model === "gpt-undo")?.versions;
        });
      await page.evaluate(() =>
        fetch("/api/v1/prices/gpt-undo", {
          method: "PUT",
          headers: { "Content-Type": "application/json", "X-CPAMP-Request": "panel" },
          body: JSON.stringify({ price: { prompt: 2, completion: 8 }, all_history: true }),
        }),
      );
      await page.reload();
      await page.getByRole("button", { name: "Remove the price" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Remove the price" }).click();
      const toast = page.getByRole("status").filter({ hasText: "Price of gpt-undo removed" });
      await toast.getByRole("button", { name: "Undo" }).waitFor();
      assert.equal(await stored(), undefined);
      await toast.getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: /^Notifications/ }).click();
      const bell = page.getByRole("dialog", { name: "Notifications" });
      await assertAccessible(page, "bell with a way back");
      await bell.getByRole("button", { name: "Undo" }).click();
      await page.getByText("The price of gpt-undo is as before").first().waitFor();
      const [version, ...rest] = await stored();
      assert.deepEqual([version.price.prompt, version.price.completion, rest.length], [2, 8, 0]);
      await page.getByRole("button", { name: /^Notifications/ }).click();
      await eventually(async () => assert.equal(await bell.getByRole("button", { name: "Undo" }).count(), 0));
      assert.deepEqual(problems, []);
    });

    spec(world, "prices: one from now on is taken back as its version, after a failure too", async () => {
      const { page, problems } = await open("#/prices/edit?model=gpt-5.4");
      const versions = () =>
        page.evaluate(async () => {
          const answer = await fetch("/api/v1/prices", { headers: { "X-CPAMP-Request": "panel" } });
          return (await answer.json()).items.find(({ model }) => model === "gpt-5.4").versions;
        });
      await page.getByLabel("Input", { exact: true }).first().waitFor();
      const before = await versions();
      await page.getByLabel("Input", { exact: true }).first().fill("77");
      await page.getByRole("button", { name: "Save price" }).click();
      const toast = page.getByRole("status").filter({ hasText: "Price of gpt-5.4 saved" });
      await toast.getByRole("button", { name: "Undo" }).waitFor();
      assert.equal((await versions()).length, before.length + 1);
      const way = "**/api/v1/prices/gpt-5.4/versions/*";
      await page.route(way, (route) => route.fulfill({ status: 503, json: { code: "busy", error: "try again" } }));
      await toast.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("alert").filter({ hasText: "could not be put back" }).waitFor();
      await page.unroute(way);
      await page.getByRole("button", { name: /^Notifications/ }).click();
      const bell = page.getByRole("dialog", { name: "Notifications" });
      await bell.getByRole("button", { name: "Undo" }).click();
      await page.getByText("The price of gpt-5.4 is as before").first().waitFor();
      assert.deepEqual(await versions(), before);
      assert.deepEqual(problems, []);
    });

    spec(world, "settings: the live test tells what failed from what was not tried, with the next step", async () => {
      await tell("set", {
        trial: [
          {
            name: "resp",
            state: "failed",
            code: "resp_prefix_h",
            text: "the RESP connection was answered in HTTP",
            hint: "use CPA's own API port",
          },
          { name: "subscribe", state: "unknown", text: "not tried" },
          { name: "retention", state: "unknown", text: "the gateway did not say how long it keeps records" },
        ],
      });
      const { page, problems } = await open("#/settings");
      await page.getByRole("button", { name: "Test from here" }).click();
      const region = page.getByRole("region", { name: "What works from here" });
      const line = (name) => region.locator(`li[data-check=${name}]`);
      await line("resp")
        .getByText(/^Next: Use CPA's own API port/)
        .waitFor();
      await line("subscribe").getByText("Not tried: something that it needs does not work.").waitFor();
      await line("retention").getByText("The gateway does not say").waitFor();
      await region.getByText("Records can be collected from here: HTTP polling.").waitFor();
      await assertAccessible(page, "settings, tested");
      await tell("set", { trial: undefined });
      await page.route("**/api/v1/collector/test", (route) =>
        route.fulfill({ status: 503, json: { error: "the database cannot be read", code: "store_unavailable" } }),
      );
      await page.getByRole("button", { name: "Test from here" }).click();
      await page
        .getByRole("alert")
        .getByText(/database cannot be read/)
        .waitFor();
      assert.deepEqual(problems, []);
    });

    spec(world, "settings: what the environment fixes is read-only and names its variable", async () => {
      await tell("set", { locked: true });
      const { page } = await open("#/settings");
      await page.getByText("The environment manages the connection").waitFor();
      await eventually(async () => assert.equal(await page.getByLabel("Gateway address").getAttribute("readonly"), ""));
      await page.getByText("CPA_UPSTREAM_URL").waitFor();
      await assertAccessible(page, "settings, locked");
      await tell("set", { locked: false });
    });

    spec(world, "settings: other browsers are signed out, and the zone changes every time", async () => {
      const { page } = await open("#/settings?section=sessions");
      await page.getByText("this browser", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Sign out Safari on iOS" }).click();
      await page.getByText("Safari on iOS").waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Sign out all others" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Sign out all others" }).click();
      await page.getByText("1 browser is signed in").waitFor();
      await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
      await page.getByText(/Now it is .* in Asia\/Tokyo/).waitFor();
      await page.getByLabel("Language", { exact: true }).selectOption("zh-CN");
      await page.getByRole("heading", { level: 1, name: "设置" }).waitFor();
      // Another browser that has chosen nothing takes what the manager keeps.
      const other = await open("#/settings");
      await other.page.getByRole("heading", { level: 1, name: "设置" }).waitFor();
      await eventually(async () =>
        assert.equal(await other.page.locator('select[name="time-zone"]').inputValue(), "Asia/Tokyo"),
      );
      await page.evaluate(() =>
        fetch("/api/v1/preferences", {
          method: "PUT",
          headers: { "X-CPAMP-Request": "panel", "Content-Type": "application/json" },
          body: "{}",
        }),
      );
    });

    spec(world, "system: sizes, index, and a report without secrets to download", async () => {
      await tell("set", { index: { state: "building", events: 100, eventsExpected: 400 } });
      const { page, problems } = await open("#/system");
      await page.getByText("Being built").waitFor();
      await eventually(async () => assert.equal(await page.getByRole("progressbar").getAttribute("value"), "0.25"));
      // Per request over all files: what is new stands in the log until the next checkpoint.
      const each = await page.evaluate(async () => {
        const [status, storage] = await Promise.all(
          ["/status", "/api/v1/storage"].map(async (path) => (await fetch(path)).json()),
        );
        return status.database.totalBytes / storage.events;
      });
      const shown = each < 1_000 ? `${Math.round(each)}` : (each / 1_000).toPrecision(3);
      await page
        .getByRole("definition")
        .filter({ hasText: new RegExp(`^${shown}.k?B$`) })
        .waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download diagnostics" }).click(),
      ]);
      assert.match(download.suggestedFilename(), /^cpamp-diagnostics-\d{8}-\d{6}\.json$/);
      await tell("set", { index: undefined });
      assert.deepEqual(problems, []);
    });
  });
}
