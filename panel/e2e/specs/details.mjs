// Monitoring, prices and system in detail, with the mock: what a row, a drawer, a price and the manager itself tell.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe } from "node:test";
import { assertAccessible, eventually, settled, spec } from "../browser.mjs";
import { mocked } from "../mocked.mjs";

/** Numbers stand before their unit with a space that does not break. */
const plain = (text) => text.replaceAll("\u00a0", " ");
const count = (text) => Number(text.replaceAll(/[^0-9]/g, ""));

export function detailSpecs(world) {
  describe("details, with the mock", () => {
    const group = mocked(world, { history: 500 });
    const open = group.open;
    const list = (page) => page.locator("section[aria-labelledby=requests-title]");

    spec(world, "requests: other columns stand in the address, and the height of rows is kept", async () => {
      const { page, problems } = await open("#/requests");
      await list(page).locator("tbody tr").first().waitFor();
      await list(page).getByRole("button", { name: "Columns" }).click();
      for (const name of ["Endpoint", "Reasoning effort"])
        await page.getByRole("checkbox", { name: new RegExp(name) }).check();
      await page.getByRole("checkbox", { name: /^Cached$/ }).uncheck();
      await eventually(async () =>
        assert.equal(await page.getByRole("checkbox", { name: /^Time$/ }).isDisabled(), true),
      );
      await page.getByRole("button", { name: "Normal", exact: true }).click();
      await page.keyboard.press("Escape");
      await list(page).getByRole("columnheader", { name: "Endpoint" }).waitFor();
      await eventually(() => assert.match(page.url(), /columns=/));
      const height = await list(page)
        .locator("tbody tr")
        .first()
        .evaluate((row) => row.getBoundingClientRect().height);
      assert.ok(height >= 33, `${height} px`);
      await page.reload();
      await list(page).getByRole("columnheader", { name: "Endpoint" }).waitFor();
      await eventually(async () =>
        assert.equal(await list(page).getByRole("columnheader", { name: "Cached" }).count(), 0),
      );
      await eventually(async () => {
        const now = await list(page)
          .locator("tbody tr")
          .first()
          .evaluate((row) => row.getBoundingClientRect().height);
        assert.equal(now, height);
      });
      assert.deepEqual(problems, []);
    });

    spec(
      world,
      "drawer: quota, facts of the headers, the redacted body, and ways to account, key and request log",
      async () => {
        const { page, problems } = await open("#/requests?provider=codex&status=failed&code=429");
        await list(page).locator("tbody tr a").first().click();
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByText("The account ran out of quota.").waitFor();
        await drawer.getByText("removed").first().waitFor();
        await eventually(async () => {
          const text = plain(await drawer.innerText());
          assert.match(text, /Quota as answered\s+plus[\s\S]*5 h[\s\S]*100%[\s\S]*resets[\s\S]*7 d[\s\S]*17%/);
          assert.match(text, /Queue time: —/, "what CPA does not report is not claimed");
          assert.match(text, /Input, not cached[\s\S]*Output[\s\S]*Reasoning[\s\S]*Total/);
        });
        assert.doesNotMatch(await drawer.innerText(), /sk-[a-z]{4,}/, "no key in the body");
        await drawer.getByText("trace.primary_trace_id").waitFor();
        const log = drawer.getByRole("link", { name: /Request log/ });
        await eventually(async () =>
          assert.match(await log.getAttribute("href"), /\/v0\/management\/request-log-by-id\/[0-9a-f]+$/),
        );
        await drawer.getByRole("link", { name: "Account", exact: true }).click();
        await eventually(async () =>
          assert.match(decodeURIComponent(page.url()), /tab=accounts.*drawer=.*@example\.org/),
        );
        await drawer.getByText("Success over the range").waitFor();
        await page.goBack();
        await drawer.getByRole("link", { name: "Key", exact: true }).click();
        await eventually(async () => assert.match(page.url(), /tab=keys.*drawer=[0-9a-f]{64}/));
        assert.deepEqual(problems, []);
      },
    );

    spec(
      world,
      "quota of Claude is read as well: in a request, in the list of accounts and of one account",
      async () => {
        const { page, problems } = await open("#/requests?account=writer@example.org&status=ok");
        await list(page).locator("tbody tr a").first().click();
        const drawer = page.locator("aside[data-drawer]");
        await drawer.getByText("Quota as answered").waitFor();
        assert.match(plain(await drawer.innerText()), /Quota as answered[\s\S]*5 h[\s\S]*63%[\s\S]*7 d[\s\S]*21%/);
        await page.goto(`${group.base}/management.html#/requests?tab=accounts&drawer=writer%40example.org`);
        await drawer.getByText("Quota as answered").waitFor();
        await eventually(async () =>
          assert.match(plain(await drawer.innerText()), /Quota as answered[\s\S]*5 h[\s\S]*63%[\s\S]*7 d[\s\S]*21%/),
        );
        await eventually(async () =>
          assert.match(await page.getByRole("row", { name: /writer@example.org/ }).innerText(), /63%/),
        );
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "an empty list says what there would be without each filter", async () => {
      const { page, problems } = await open("#/requests?account=writer%40example.org&model=no-such-model");
      const way = page.getByRole("link", { name: /Without the filter “Model” there (is|are) \d+ requests?/ });
      await way.waitFor();
      // Without the account there would be nothing either.
      assert.equal(await page.getByRole("link", { name: /Without the filter “Account”/ }).count(), 0);
      await way.click();
      await list(page).locator("tbody tr a").first().waitFor();
      assert.doesNotMatch(page.url(), /no-such-model/);
      assert.deepEqual(problems, []);
    });

    spec(world, "the address of an account without requests in the range opens it and leads to all time", async () => {
      const { page, problems } = await open("#/requests?tab=accounts&range=1m&drawer=writer%40example.org");
      const drawer = page.locator("aside[data-drawer]");
      await drawer.getByRole("heading", { name: /writer@example.org/ }).waitFor();
      await drawer.getByRole("link", { name: "Search all time" }).click();
      await drawer.getByText("Success over the range").waitFor();
      assert.match(page.url(), /range=all/);
      assert.deepEqual(problems, []);
    });

    spec(
      world,
      "monitoring: figures and chart of the filter, hidden and shown again, a bar narrows the range",
      async () => {
        const { page } = await open("#/requests?status=failed");
        const strip = page.getByRole("region", { name: "Figures of this view" });
        await strip.waitFor();
        await eventually(async () => {
          const cells = await strip.locator(":scope > *").allInnerTexts();
          assert.equal(cells.length, 6);
          assert.match(cells[1], /Failed[\s\S]*100\.00%/);
        });
        const traffic = page.locator("section").filter({ has: page.getByRole("heading", { name: "Traffic" }) });
        await traffic.getByRole("slider").focus();
        // The last bar is of the hour that runs.
        await page.keyboard.press("End");
        await page.keyboard.press("ArrowLeft");
        await page.keyboard.press("Enter");
        await eventually(async () => assert.match(page.url(), /from=\d+&to=\d+/));
        // A closed range is not live, and says so.
        await page.getByText("Ended range").waitFor();
        await page.goBack();
        await traffic.getByRole("button", { name: "Hide" }).click();
        await eventually(async () => assert.equal(await page.getByRole("slider").count(), 0));
        await page.getByRole("button", { name: "Show the course of requests" }).click();
        await page.getByRole("slider").waitFor();
      },
    );

    spec(
      world,
      "prices: narrowed by origin, a tier changed, a lock set, and a question before it is left behind",
      async () => {
        const { page, problems } = await open("#/prices");
        await page.getByRole("link", { name: "gpt-5.4", exact: true }).waitFor();
        await page
          .getByRole("group", { name: /Prices shown/ })
          .getByRole("button", { name: /^Synchronised/ })
          .click();
        await eventually(async () =>
          assert.equal(await page.getByRole("link", { name: "gpt-5.5", exact: true }).count(), 0),
        );
        await page.getByRole("link", { name: "gpt-5.4", exact: true }).click();
        await page.getByRole("heading", { level: 1, name: "Price of gpt-5.4" }).waitFor();
        const versions = page.locator("section").filter({ has: page.getByRole("heading", { name: "Versions" }) });
        await eventually(async () =>
          assert.match(
            await versions.innerText(),
            /2 versions[\s\S]*in force[\s\S]*\$2\.50 in, \$15\.00 out[\s\S]*\$3\.00 in/,
          ),
        );
        await page.getByRole("button", { name: "Add a context tier" }).click();
        await eventually(async () => assert.equal(await page.getByLabel(/^Input above/).count(), 2));
        await page
          .getByLabel(/^Input above/)
          .last()
          .fill("500000");
        await page.getByLabel("Input", { exact: true }).nth(2).fill("7");
        await page.getByRole("switch", { name: /Lock against synchronisation/ }).click();
        await assertAccessible(page, "price with another tier");
        await page.getByRole("link", { name: "Dashboard" }).click();
        const question = page.getByRole("alertdialog");
        await question.getByRole("button", { name: "Stay here" }).click();
        await page.getByRole("button", { name: "Save price" }).click();
        await page.getByText("Price of gpt-5.4 saved").first().waitFor();
        // It is said before the editor leaves by itself.
        await page.waitForURL(/#\/prices$/);
        await page.goto(`${group.base}/management.html#/prices/edit?model=gpt-5.4`);
        await eventually(async () => assert.equal(await page.getByLabel(/^Input above/).count(), 2));
        await eventually(async () =>
          assert.equal(
            await page.getByRole("switch", { name: /Lock against synchronisation/ }).getAttribute("aria-checked"),
            "true",
          ),
        );
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "prices: the newest is applied to all history in sight, and what is typed stays", async () => {
      const { page, problems } = await open("#/prices/edit?model=gpt-two");
      const stored = () =>
        page.evaluate(async () => {
          const answer = await fetch("/api/v1/prices", { headers: { "X-CPAMP-Request": "panel" } });
          const { versions } = (await answer.json()).items.find(({ model }) => model === "gpt-two");
          return versions.map(({ price }) => price.prompt);
        });
      await page.evaluate(async () => {
        for (const [prompt, all_history] of [
          [2, true],
          [3, false],
        ])
          await fetch("/api/v1/prices/gpt-two", {
            method: "PUT",
            headers: { "Content-Type": "application/json", "X-CPAMP-Request": "panel" },
            body: JSON.stringify({ price: { prompt, completion: 8 }, all_history }),
          });
      });
      assert.deepEqual(await stored(), [2, 3]);
      await page.reload();
      const versions = page.locator("section").filter({ has: page.getByRole("heading", { name: "Versions" }) });
      await versions.getByText("2 versions").waitFor();
      const input = page.getByLabel("Input", { exact: true });
      await input.fill("9");
      const apply = versions.getByRole("button", { name: "Apply the newest to all history" });
      const question = page.getByRole("alertdialog");
      const word = question.getByLabel("Type gpt-two to confirm");
      // Whatever gives up a version that nothing brings back wants the name typed.
      for (const [ask, act, text] of [
        [page.getByRole("button", { name: "Remove the price" }), "Remove the price", /2 versions are lost/],
        [page.getByRole("button", { name: "Save price" }), "Save price", /2 earlier versions are given up/],
        [apply, "Apply the newest to all history", /1 earlier version is given up/],
      ]) {
        await page.getByRole("button", { name: "All history", exact: true }).click();
        await ask.click();
        await question.getByText(text).waitFor();
        assert.equal(await question.getByRole("button", { name: act }).isDisabled(), true);
        await word.fill("gpt-tw");
        assert.equal(await question.getByRole("button", { name: act }).isDisabled(), true);
        await question.getByRole("button", { name: "Keep it" }).click();
        await question.waitFor({ state: "detached" });
      }
      assert.deepEqual(await stored(), [2, 3]);
      await apply.click();
      await word.fill("gpt-two");
      await assertAccessible(page, "price, several versions");
      await question.getByRole("button", { name: "Apply the newest to all history" }).click();
      await versions.getByText("1 version").waitFor();
      assert.equal(await apply.count(), 0);
      assert.deepEqual(await stored(), [3]);
      assert.equal(await input.inputValue(), "9");
      await page.getByText("1 change not saved").waitFor();
      // What is saved now takes the place of that one version, which Undo brings back.
      // By keyboard: what was said of the act before may still stand over the button.
      await page.getByRole("button", { name: "Save price" }).press("Enter");
      const toast = page.getByRole("status").filter({ hasText: "Price of gpt-two saved" });
      await eventually(async () => assert.deepEqual(await stored(), [9]));
      await toast.getByRole("button", { name: "Undo" }).click();
      await eventually(async () => assert.deepEqual(await stored(), [3]));
      assert.deepEqual(problems, []);
    });

    spec(
      world,
      "prices: the list is searched like the other pages, and its field says what the address says",
      async () => {
        const { page, problems } = await open("#/prices");
        const names = page.locator("table", { hasText: "Valid from" }).locator("tbody tr");
        await names.nth(3).waitFor();
        const all = await names.count();
        const field = page.getByRole("searchbox", { name: "Find a model" });
        await page.keyboard.press("/");
        await page.keyboard.type("gpt-5");
        await eventually(async () => assert.match(page.url(), /q=gpt-5$/));
        const narrowed = async () => {
          const [found, text] = [await names.allInnerTexts(), await field.inputValue()];
          assert.ok(
            found.length > 0 && found.length < all && found.every((row) => row.includes("gpt-5")),
            found.join(),
          );
          assert.equal(text, "gpt-5");
        };
        await eventually(narrowed);
        // Escape leaves the field; the text and the filter stay.
        await page.keyboard.press("Escape");
        assert.equal(await field.evaluate((input) => input === document.activeElement), false);
        await page.waitForTimeout(600);
        assert.match(page.url(), /q=gpt-5$/);
        await narrowed();
        await page.getByRole("navigation").getByRole("link", { name: "Prices" }).first().click();
        await eventually(async () => {
          assert.equal(await field.inputValue(), "");
          assert.equal(await names.count(), all);
        });
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "a text of several words is typed in one go, as slowly as a person likes", async () => {
      const { page, problems } = await open("#/requests");
      const field = page.getByRole("searchbox", { name: /Search text/ });
      await field.focus();
      for (const word of ["usage ", "limit ", "reached"]) {
        await page.keyboard.type(word);
        // Until the text has arrived in the address; the pause is what took the blank away.
        await eventually(async () =>
          assert.equal(new URL(page.url().replace("#/", "")).searchParams.get("q"), (await field.inputValue()).trim()),
        );
      }
      assert.equal(await field.inputValue(), "usage limit reached");
      assert.deepEqual(problems, []);
    });

    spec(world, "clearing takes the filters away, and nothing of how the page is set up", async () => {
      const { page, problems } = await open(
        "#/usage?range=7d&tab=explore&measure=requests&split=provider&chart=table&model=gpt-5.4&status=ok",
      );
      await page.getByRole("button", { name: "Clear", exact: true }).click();
      await eventually(async () => {
        const search = Object.fromEntries(new URL(page.url().replace("#/", "")).searchParams);
        assert.deepEqual(search, {
          range: "7d",
          tab: "explore",
          measure: "requests",
          split: "provider",
          chart: "table",
        });
      });
      assert.deepEqual(problems, []);
    });

    spec(world, "links to requests keep the time that is looked at", async () => {
      const from = Date.now() - 5 * 3_600_000;
      const { page, problems } = await open("#/keys?range=7d");
      await page
        .getByRole("link", { name: /^Requests/ })
        .filter({ hasText: "ide-team-a" })
        .click();
      await eventually(async () => assert.match(page.url(), /#\/requests\?range=7d&key=[0-9a-f]{64}$/));
      await page.goto(`${group.base}/management.html#/requests?from=${from}&status=failed`);
      await settled(page);
      await list(page).locator("tbody tr a").first().click();
      await page.locator("aside[data-drawer]").getByRole("link", { name: "Show failures like this" }).click();
      await eventually(async () =>
        assert.match(page.url(), new RegExp(`#/requests\\?from=${from}&status=failed&code=\\d+`)),
      );
      assert.deepEqual(problems, []);
    });

    spec(
      world,
      "system: versions, ways out, sizes, gaps and models by family; the report holds no secret",
      async () => {
        const { page, problems } = await open("#/system");
        await page.getByText("Models of the gateway").waitFor();
        await settled(page);
        await eventually(async () => {
          const text = plain(await page.locator("#main").innerText());
          assert.match(text, /Manager\s+v2\.0\.0[\s\S]*Gateway\s+v7\.2\.140/);
          assert.match(text, /Database file\s+41\.2 MB[\s\S]*Write-ahead log\s+2\.10 MB[\s\S]*Per request\s+\d+ B/);
          assert.match(text, /Last checkpoint/);
          assert.match(text, /The gateway was not connected[\s\S]*≈ 120 records lost/);
        });
        for (const link of await page.locator("#main a[target=_blank]").all()) {
          await eventually(async () => assert.match(await link.getAttribute("href"), /^https:\/\//));
          await eventually(async () => assert.match(await link.getAttribute("rel"), /noreferrer/));
        }
        const family = page.locator("details", { hasText: /^Claude/ });
        await family.locator("summary").click();
        await eventually(async () =>
          assert.equal(await family.getByRole("link").count(), count(await family.locator("summary").innerText())),
        );
        const [file] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("link", { name: "Download diagnostics" }).click(),
        ]);
        assert.doesNotMatch(await readFile(await file.path(), "utf8"), /cmp_admin|mgmt-test-key|cpamp_session/);
        await family.getByRole("link").first().click();
        await eventually(async () => assert.match(page.url(), /#\/requests\?.*model=claude/));
        assert.deepEqual(problems, []);
      },
    );

    spec(world, "settings: keeping the gateway's publishing on is switched off and on again", async () => {
      const { page, problems } = await open("#/settings");
      const ensure = page.getByRole("switch", { name: /Keep the gateway's usage publishing on/ });
      const stored = () =>
        page.evaluate(async () => {
          const answer = await fetch("/usage-service/config", { headers: { "X-CPAMP-Request": "panel" } });
          return (await answer.json()).config.collector.ensureUsageStatisticsEnabled;
        });
      for (const wanted of [false, true]) {
        await eventually(async () => assert.equal(await ensure.getAttribute("aria-checked"), String(!wanted)));
        await ensure.click();
        await page.getByText("1 change not saved").waitFor();
        await page.getByRole("button", { name: "Save", exact: true }).click();
        await eventually(async () => assert.equal(await page.getByText(/not saved/).count(), 0));
        assert.equal(await stored(), wanted);
      }
      assert.deepEqual(problems, []);
    });

    spec(world, "settings: collection is switched off after a question, and the mode is one of four", async () => {
      const { page, problems } = await open("#/settings");
      const modes = page.getByRole("group", { name: "Collector mode" });
      await eventually(async () =>
        assert.deepEqual(await modes.getByRole("button").allInnerTexts(), [
          "Automatic",
          "Subscription",
          "RESP polling",
          "HTTP polling",
        ]),
      );
      await modes.getByRole("button", { name: "HTTP polling" }).click();
      await page.getByLabel("Batch size").fill("0");
      await page.getByText("2 changes not saved").waitFor();
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await eventually(async () =>
        assert.equal(await page.getByLabel("Batch size").evaluate((field) => field === document.activeElement), true),
      );
      await page.getByLabel("Batch size").fill("100");
      await page.getByRole("switch", { name: /Collect requests/ }).click();
      await page.getByRole("button", { name: "Save", exact: true }).click();
      const question = page.getByRole("alertdialog");
      await question.waitFor();
      await assertAccessible(page, "settings, switching off");
      await question.getByRole("button", { name: "Keep it as it is" }).click();
      await page.getByRole("button", { name: "Discard" }).click();
      await eventually(async () => assert.equal(await page.getByText(/not saved/).count(), 0));
      assert.deepEqual(problems, []);
    });
  });
}
