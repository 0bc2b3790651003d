// What works from here: the collector's live test, against the gateway of the manager under test.
import assert from "node:assert/strict";
import { assertAccessible, assertNoSidewaysScroll, eventually, openPage, signIn, spec } from "../browser.mjs";

/** Every line, with its name in both languages. */
const LINES = [
  ["key", "Management key", "管理密钥"],
  ["resp", "RESP on the API port", "API 端口上的 RESP"],
  ["subscribe", "Live subscription", "实时订阅"],
  ["http", "HTTP queue", "HTTP 队列"],
  ["publishing", "Usage publishing", "用量发布"],
  ["retention", "Record retention", "记录保留"],
];

export function liveTestSpecs(world) {
  const open = async (options = {}) => {
    const { target, browser } = world;
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1440, height: 900 }, ...options });
    const { page, problems } = await openPage(context, target.base);
    await signIn(page, target.base, target.adminKey, "#/settings");
    return { page, problems };
  };
  const publish = (page, value) =>
    page.evaluate(async (on) => {
      const response = await fetch("/v0/management/usage-statistics-enabled", {
        method: "PUT",
        headers: { "X-CPAMP-Request": "panel", "Content-Type": "application/json" },
        body: JSON.stringify({ value: on }),
      });
      if (!response.ok) throw new Error(`${response.status}`);
    }, value);
  /** Presses the button and gives the manager's own answer. */
  const test = async (page, name) => {
    const [response] = await Promise.all([
      page.waitForResponse((each) => each.url().endsWith("/api/v1/collector/test"), { timeout: 40_000 }),
      page.getByRole("button", { name }).click(),
    ]);
    assert.equal(response.status(), 200);
    return response.json();
  };

  for (const [locale, button, list, next, works, failed] of [
    ["en-GB", "Test from here", "What works from here", "Next:", "Works", "Failed"],
    ["zh-CN", "从这里测试", "从这里哪些可用", "下一步：", "可用", "失败"],
  ]) {
    const zh = locale === "zh-CN";
    spec(
      world,
      `settings: each part of collecting has its result, and the next step where it fails, ${locale}`,
      async () => {
        const { page, problems } = await open({ locale });
        await publish(page, true);
        try {
          const region = page.getByRole("region", { name: list });
          const line = (name) => region.locator(`li[data-check=${name}]`);
          const answer = await test(page, button);
          assert.deepEqual(
            answer.checks.map(({ name, state }) => `${name} ${state}`),
            LINES.map(([name]) => `${name} ok`),
          );
          for (const [name, english, chinese] of LINES)
            await eventually(async () => {
              const [label, result, said] = (await line(name).innerText())
                .split("\n")
                .filter((each) => each.trim() !== "");
              assert.deepEqual([label.trim(), result.trim()], [zh ? chinese : english, works]);
              assert.ok(said.length > 5, `${name} says what was found`);
            });
          // How long is a number of the gateway's own.
          const kept = answer.retention_seconds;
          const words = zh ? `${kept / 60} 分钟` : `${kept / 60} min`;
          if (kept % 60 === 0)
            await eventually(async () =>
              assert.ok((await line("retention").innerText()).replaceAll("\u00a0", " ").includes(words), words),
            );
          await region
            .getByText(zh ? "可以从这里采集记录：订阅。" : "Records can be collected from here: Subscription.")
            .waitFor();
          await assertAccessible(page, `live test, ${locale}`);

          await publish(page, false);
          const broken = await test(page, button);
          assert.equal(broken.ok, false);
          await line("publishing").getByText(failed, { exact: true }).waitFor();
          await line("publishing").getByText(next).waitFor();
          await line("key").getByText(works, { exact: true }).waitFor();
          await region
            .getByText(zh ? "目前还不能从这里采集记录。" : "No record can be collected from here yet.")
            .waitFor();
          await assertAccessible(page, `live test, publishing off, ${locale}`);
          await assertNoSidewaysScroll(page, "live test");
          await line("publishing").getByRole("button").click();
          await line("publishing").getByText(works, { exact: true }).waitFor();
        } finally {
          await publish(page, true);
        }
        assert.deepEqual(problems, []);
      },
    );
  }
}
