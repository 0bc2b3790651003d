import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, signIn, spec } from "../browser.mjs";
import { record } from "../target.mjs";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
  { width: 390, height: 844 },
];

export function layoutSpecs(world) {
  for (const viewport of SIZES) {
    spec(world, `fits ${viewport.width} px, light and dark, English and Chinese, and axe finds nothing`, async () => {
      const { target, browser } = world;
      await target.publish([record({ failed: true }), record()]);
      const phone = viewport.width < 640;
      for (const [colorScheme, locale] of [
        ["light", "en-GB"],
        ["dark", "zh-CN"],
      ]) {
        const where = `${viewport.width} ${colorScheme} ${locale}`;
        const context = await browser.newContext({ viewport, colorScheme, locale, hasTouch: phone, isMobile: phone });
        const { page, problems } = await openPage(context, target.base);
        await signIn(page, target.base, target.adminKey, "#/requests?model=gpt-e2e");
        const first = page.locator('a[id^="request-"]').first();
        await first.waitFor();
        const zh = locale === "zh-CN";
        await eventually(async () =>
          assert.equal(await page.evaluate(() => document.documentElement.lang), zh ? "zh-CN" : "en"),
        );
        await eventually(async () =>
          assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), colorScheme),
        );
        await page.getByRole("heading", { level: 1, name: zh ? "请求监控" : "Monitoring" }).waitFor();
        await eventually(async () =>
          assert.equal(
            await page.locator("section[aria-labelledby=requests-title] tbody").count(),
            phone ? 0 : 1,
            "cards on a phone, a table elsewhere",
          ),
        );
        await assertNoSidewaysScroll(page, `${where}, requests`);
        await assertAccessible(page, `${where}, requests`);

        await first.click();
        await page.locator("aside[data-drawer] dl").first().waitFor();
        await assertNoSidewaysScroll(page, `${where}, drawer`);
        await assertAccessible(page, `${where}, drawer`);
        await page
          .locator("aside[data-drawer]")
          .getByRole("button", { name: zh ? "关闭" : "Close" })
          .click();

        if (phone) {
          await page.getByRole("button", { name: zh ? /^筛选/ : /^Filter/ }).click();
          await page.getByRole("dialog").waitFor();
          await assertAccessible(page, `${where}, filter sheet`);
          await page.getByRole("button", { name: zh ? "查看此视图" : "Show this view" }).click();
        }

        await page.goto(`${target.base}/management.html#/system`);
        await page.getByRole("heading", { level: 2, name: zh ? "缺口" : "Gaps" }).waitFor();
        await assertNoSidewaysScroll(page, `${where}, collector`);
        await assertAccessible(page, `${where}, collector`);
        assert.deepEqual(problems, []);
        await context.close();
      }
    });
  }

  spec(world, "has targets of at least 24 px, 40 px high on a phone", async () => {
    const { target, browser } = world;
    for (const [viewport, least] of [
      [{ width: 1440, height: 900 }, 24],
      [{ width: 390, height: 844 }, 40],
    ]) {
      const context = await browser.newContext({
        viewport,
        locale: "en-GB",
        hasTouch: least === 40,
        isMobile: least === 40,
      });
      const { page } = await openPage(context, target.base);
      await signIn(page, target.base, target.adminKey, "#/requests?range=all");
      await page.locator('a[id^="request-"]').first().waitFor();
      const small = await page.evaluate(
        (wanted) =>
          [...document.querySelectorAll("button, header a, nav a, summary, select")]
            .filter((element) => element.checkVisibility() && !element.closest("td"))
            .map((element) => ({
              text: element.textContent?.trim() || element.ariaLabel,
              height: element.getBoundingClientRect().height,
            }))
            // The skip link stands outside until it has the focus.
            .filter(({ height, text }) => height < wanted && text !== "Skip to the content"),
        least,
      );
      assert.deepEqual(small, [], `${viewport.width} px`);
      await context.close();
    }
  });

  spec(world, "works by keyboard alone: skip link, menus, theme kept over a reload", async () => {
    const { target, browser } = world;
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: "en-GB",
      colorScheme: "light",
    });
    const { page } = await openPage(context, target.base);
    await signIn(page, target.base, target.adminKey);
    await page.evaluate(() => document.body.focus());
    await page.keyboard.press("Tab");
    await eventually(async () =>
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content"),
    );
    await page.keyboard.press("Enter");
    await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement?.id), "main"));
    await page.getByRole("button", { name: "Theme" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitemradio", { name: "Dark" }).waitFor();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await eventually(async () =>
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark"),
    );
    await page.reload();
    await eventually(async () =>
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark"),
    );
    await context.close();
  });
}
