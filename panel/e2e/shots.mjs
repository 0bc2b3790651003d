// Pictures of every page, both themes, four widths; also says where axe or the layout complains.
// `npm run shots` uses the mock; with CPAMP_URL and CPAMP_ADMIN_KEY a manager that is connected, for example a demo.
// Words choose: names of pages, widths, light or dark, en or zh. `npm run shots -- dashboard prices 390 dark`.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { startMock } from "../mock/server.mjs";
import { assertAccessible, assertNoSidewaysScroll, eventually, launch, openPage, settled, signIn } from "./browser.mjs";

const FOLDER = new URL("./shots/", import.meta.url);
const firstRequest = async (page) => {
  // A row that gives way to a newer one under the pointer is clicked again.
  await eventually(async () => {
    await page.locator('a[id^="request-"]').first().click();
    await page.locator("aside[data-drawer] dl").first().waitFor({ timeout: 2_000 });
  });
};
const firstBar = async (page) => {
  const chart = page.getByRole("slider").first();
  await chart.focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await page.waitForURL(/drawer=/);
};
const firstRow = async (page) => {
  await page.locator("main tbody tr a, main li a[id]").first().click();
  await page.waitForURL(/drawer=/);
};
/** Address, and what is done there before the picture. */
const PAGES = {
  dashboard: ["#/"],
  requests: ["#/requests"],
  drawer: ["#/requests?status=failed", firstRequest],
  "drawer-ok": ["#/requests?status=ok", firstRequest],
  accounts: ["#/requests?tab=accounts"],
  "account-drawer": ["#/requests?tab=accounts", firstRow],
  "monitor-keys": ["#/requests?tab=keys"],
  "key-drawer": ["#/requests?tab=keys", firstRow],
  usage: ["#/usage?range=30d"],
  bar: ["#/usage?range=30d", firstBar],
  trends: ["#/usage?range=30d&tab=trends"],
  models: ["#/usage?range=30d&tab=models"],
  "model-detail": ["#/usage?range=30d&tab=models", firstRow],
  keys: ["#/usage?range=30d&tab=keys"],
  credentials: ["#/usage?range=30d&tab=credentials"],
  heatmap: ["#/usage?range=30d&tab=heatmap"],
  explore: ["#/usage?range=7d&tab=explore"],
  prices: ["#/prices"],
  "price-editor": ["#/prices/edit?model=gpt-5.4"],
  "api-keys": ["#/keys"],
  settings: ["#/settings"],
  audit: ["#/audit"],
  "audit-entry": ["#/audit?action=price", firstRow],
  system: ["#/system"],
  setup: ["#/setup"],
  palette: [
    "#/",
    async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("option").first().waitFor();
    },
  ],
};
const SIZES = [
  [1440, 900],
  [1024, 768],
  [768, 1024],
  [390, 844],
];
/** Of a page that does not end, in px. */
const LONGEST = 1_800;
const LOCALES = { en: "en-GB", zh: "zh-CN" };
const words = process.argv.slice(2);
const chosen = (all) => {
  const found = all.filter((name) => words.includes(String(name)));
  return found.length > 0 ? found : all;
};
const unknown = words.filter(
  (word) =>
    ![...Object.keys(PAGES), "login", "light", "dark", "en", "zh", ...SIZES.map(([w]) => String(w))].includes(word),
);
if (unknown.length > 0) {
  console.error(
    `no page, width, theme or language is called ${unknown.join(", ")}; pages: login ${Object.keys(PAGES).join(" ")}`,
  );
  process.exit(2);
}

/** Whether a font can draw Chinese; without one the Chinese pictures show boxes. */
function hasChineseFont() {
  try {
    return execFileSync("fc-list", [":lang=zh-cn", "family"], { encoding: "utf8" }).trim() !== "";
  } catch {
    return undefined;
  }
}
const chinese = hasChineseFont();
if (chinese === false)
  console.error("No Chinese font is installed: Chinese pictures show boxes. Debian: apt-get install fonts-noto-cjk");
if (chinese === undefined) console.error("fc-list is missing, so it is not known whether a Chinese font is installed.");

mkdirSync(FOLDER, { recursive: true });
const mock = process.env.CPAMP_URL ? null : await startMock({ rate: 1 });
const base = process.env.CPAMP_URL?.replace(/\/$/, "") ?? `http://127.0.0.1:${mock.port}`;
const key = process.env.CPAMP_ADMIN_KEY ?? mock?.adminKey;
const browser = await launch();
let complaints = 0;
let pictures = 0;
const complain = (where, text) => {
  complaints += 1;
  console.error(`${where}: ${text.slice(0, 1_500)}`);
};
const names = chosen(["login", ...Object.keys(PAGES)]);
for (const [width, height] of SIZES.filter(([each]) => chosen(SIZES.map(([w]) => w)).includes(each))) {
  for (const colorScheme of chosen(["light", "dark"])) {
    // One language per theme is enough for pictures; the tests see all pairs.
    const languages = chosen(["en", "zh"]);
    const locale = LOCALES[languages[colorScheme === "dark" ? languages.length - 1 : 0]];
    const phone = width < 640;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      locale,
      timezoneId: "Asia/Shanghai",
      hasTouch: phone,
      isMobile: phone,
    });
    const { page, problems } = await openPage(context, base);
    const take = async (name) => {
      const where = `${name}-${colorScheme}-${width}`;
      await settled(page);
      // What floats over the page stands where the window is; a long list has no end worth a picture.
      const floats = await page.locator("aside[data-drawer], [role=dialog]").count();
      const long = await page.evaluate(() => document.documentElement.scrollHeight > 4_000);
      await page.screenshot({
        path: new URL(`${where}.png`, FOLDER).pathname,
        fullPage: floats === 0 && !long,
        ...(long && floats === 0 ? { fullPage: true, clip: { x: 0, y: 0, width, height: LONGEST } } : {}),
      });
      pictures += 1;
      for (const check of [assertAccessible, assertNoSidewaysScroll]) {
        await check(page, where).catch((error) => complain(where, error.message));
      }
    };
    await page.goto(`${base}/management.html`);
    await page.locator('input[name="admin-key"]').waitFor();
    if (names.includes("login")) await take("login");
    await signIn(page, base, key);
    for (const name of names) {
      if (!(name in PAGES)) continue;
      const [hash, act] = PAGES[name];
      try {
        await page.goto(`${base}/management.html${hash}`);
        await page
          .locator(name === "setup" ? 'input[name="cpa-url"]' : "#main > * section, #main form")
          .first()
          .waitFor();
        await settled(page);
        await act?.(page);
        await take(name);
      } catch (error) {
        complain(`${name}-${colorScheme}-${width}`, error.message);
      }
      // A dialog or a sheet that is open would stand on the next page too.
      await page.keyboard.press("Escape");
    }
    for (const problem of problems) complain(`${colorScheme}-${width}`, problem);
    await context.close();
  }
}
await browser.close();
await mock?.close();
console.log(`${pictures} pictures in ${FOLDER.pathname}, ${complaints} complaints`);
process.exit(complaints > 0 ? 1 : 0);
