// Pictures of every page, both themes, four widths; also says where axe or the layout complains. Usage: npm run shots [page …]
import { mkdirSync } from "node:fs";
import { startMock } from "../mock/server.mjs";
import { assertAccessible, assertNoSidewaysScroll, launch, openPage, signIn } from "./browser.mjs";

const FOLDER = new URL("./shots/", import.meta.url);
const PAGES = {
  dashboard: "#/",
  requests: "#/requests",
  usage: "#/usage?range=30d",
  trends: "#/usage?range=30d&tab=trends",
  models: "#/usage?range=30d&tab=models",
  keys: "#/usage?range=30d&tab=keys",
  credentials: "#/usage?range=30d&tab=credentials",
  heatmap: "#/usage?range=30d&tab=heatmap",
  explore: "#/usage?range=7d&tab=explore",
  collector: "#/collector",
};
const SIZES = [
  [1440, 900],
  [1024, 768],
  [768, 1024],
  [390, 844],
];
const wanted = process.argv.slice(2).filter((name) => name in PAGES);
const widths = process.argv.slice(2).map(Number).filter(Boolean);
const languages = process.argv.includes("zh")
  ? ["zh-CN"]
  : process.argv.includes("en")
    ? ["en-GB"]
    : ["en-GB", "zh-CN"];
const themes = process.argv.includes("light")
  ? ["light"]
  : process.argv.includes("dark")
    ? ["dark"]
    : ["light", "dark"];

mkdirSync(FOLDER, { recursive: true });
const mock = process.env.CPAMP_URL ? null : await startMock({ rate: 1 });
const base = process.env.CPAMP_URL ?? `http://127.0.0.1:${mock.port}`;
const key = process.env.CPAMP_ADMIN_KEY ?? mock.adminKey;
const browser = await launch();
let complaints = 0;
for (const [width, height] of SIZES) {
  if (widths.length > 0 && !widths.includes(width)) continue;
  for (const colorScheme of themes) {
    // One language per theme is enough for pictures; the tests see all pairs.
    const locale = languages[colorScheme === "dark" ? languages.length - 1 : 0];
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      locale,
      timezoneId: "Asia/Shanghai",
      hasTouch: width < 640,
      isMobile: width < 640,
    });
    const { page, problems } = await openPage(context, base);
    await signIn(page, base, key);
    for (const [name, hash] of Object.entries(PAGES)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const where = `${name}-${colorScheme}-${width}`;
      await page.goto(`${base}/management.html${hash}`);
      await page.waitForTimeout(900);
      await page.screenshot({ path: new URL(`${where}.png`, FOLDER).pathname, fullPage: true });
      for (const check of [assertAccessible, assertNoSidewaysScroll]) {
        await check(page, where).catch((error) => {
          complaints += 1;
          console.error(`${where}: ${error.message.slice(0, 1_500)}`);
        });
      }
    }
    for (const problem of problems) console.error(`${width} ${colorScheme}: ${problem}`);
    complaints += problems.length;
    await context.close();
  }
}
await browser.close();
await mock?.close();
console.log(`pictures in ${FOLDER.pathname}, ${complaints} complaints`);
process.exit(complaints > 0 ? 1 : 0);
