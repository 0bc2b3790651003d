import assert from "node:assert/strict";
import { assertAccessible, eventually, openPage, spec, typeKey } from "../browser.mjs";

export function accessSpecs(world) {
  spec(world, "refuses a wrong key, says so beside the field, and keeps nothing in the browser", async () => {
    const { target, browser } = world;
    const context = await browser.newContext({ locale: "en-GB" });
    const { page, problems } = await openPage(context, target.base);
    await page.goto(`${target.base}/management.html#/requests?status=failed`);
    await page.locator('input[name="admin-key"]').waitFor();
    await eventually(() => assert.match(page.url(), /#\/login\?to=/));
    await assertAccessible(page, "login");
    await typeKey(page, "cmp_admin_this_is_wrong");
    const alert = page.locator('[role="alert"]');
    await alert.waitFor();
    await eventually(async () => assert.match(await alert.innerText(), /admin key/i));
    await eventually(async () =>
      assert.equal(await page.locator('input[name="admin-key"]').getAttribute("aria-invalid"), "true"),
    );
    await assertAccessible(page, "login, refused");

    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
    assert.doesNotMatch(kept, /cmp_admin/);
    assert.deepEqual(problems, []);
    await context.close();
  });

  spec(world, "has a strict policy: nothing from elsewhere, no inline script but its own", async () => {
    const response = await fetch(`${world.target.base}/management.html`);
    const policy = response.headers.get("content-security-policy") ?? "";
    const html = await response.text();
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src [^;]*'sha256-/);
    assert.doesNotMatch(/script-src[^;]*/.exec(policy)?.[0] ?? "", /unsafe|\*|https?:/);
    assert.match(html, /<meta name="cpamp-mode" content="full"/);
    // The texts of further languages are data: a browser runs no script of that type.
    const scripts = [...html.matchAll(/<script\b([^>]*)>[\s\S]*?<\/script>/g)];
    const run = scripts.filter(([, kind]) => !/^ type="application\/json" id="texts-[A-Za-z-]+"$/.test(kind));
    assert.equal(run.length, 2, "the theme's and the page's own");
    assert.doesNotMatch(html, /<script[^>]+src=|<link[^>]+href="(?!data:)/);
  });

  spec(world, "has its theme before the first paint", async () => {
    const { target, browser } = world;
    const context = await browser.newContext({ colorScheme: "light" });
    await context.addInitScript(() => localStorage.setItem("cpamp.theme", "dark"));
    const { page } = await openPage(context, target.base);
    await page.addInitScript(() => {
      globalThis.themes = [];
      new MutationObserver(() => {
        if (document.body && globalThis.themes.length === 0) {
          globalThis.themes.push(document.documentElement.dataset.theme ?? "none");
        }
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${target.base}/management.html`);
    await page.locator('input[name="admin-key"]').waitFor();
    // The theme was there when the body came into being.
    assert.deepEqual(await page.evaluate(() => globalThis.themes), ["dark"]);
    await context.close();
  });

  spec(
    world,
    "the frame before the page promises nothing: the shell's only where somebody was inside, then none",
    async () => {
      const { target, browser } = world;
      for (const inside of ["yes", "no"]) {
        const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 } });
        await context.addInitScript((value) => {
          if (localStorage.getItem("cpamp.inside") === null) localStorage.setItem("cpamp.inside", value);
          new MutationObserver(() => {
            const { boot } = document.documentElement.dataset;
            if (boot) globalThis.seen = [...new Set([...(globalThis.seen ?? []), boot])];
          }).observe(document, { attributes: true, childList: true, subtree: true });
        }, inside);
        const { page, problems } = await openPage(context, target.base);
        await page.goto(`${target.base}/management.html`);
        // Out of date or not: without a session it is the sign-in, and what was asked too early refuses nobody later.
        await typeKey(page, target.adminKey);
        await page.locator('#main, input[name="cpa-url"]').first().waitFor();
        assert.deepEqual(await page.evaluate(() => globalThis.seen), [inside === "yes" ? "shell" : "bare"]);
        assert.equal(await page.locator("#boot").count(), 0);
        await page.waitForTimeout(500);
        assert.equal(await page.locator('input[name="admin-key"]').count(), 0, "still signed in");
        assert.deepEqual(problems, []);
        await context.close();
      }
    },
  );
}
