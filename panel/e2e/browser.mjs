// Chromium, pages and small helpers for the end-to-end tests.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { it } from "node:test";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// The shell has no windows of its own to draw: the same engine, in half of the time.
const CANDIDATES = [
  process.env.CHROMIUM,
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The time that anything on a page may take, also on a machine that is busy with other things. */
export const PATIENCE_MS = 20_000;

export async function launch(extra = []) {
  const executablePath = CANDIDATES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium found; install it or set CHROMIUM");
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...extra] });
}

/** What went wrong on the pages of a browser since its current test began. */
const TROUBLE = new Map();

/** An address that nobody serves but a test. */
const PROBE = "/__probe-of-a-test";

/**
 * `page.route` ends when the browser was told, and what the page asks in the next milliseconds may still go past it. Here it
 * ends when a request of the page was seen to be caught.
 */
function routeForSure(page) {
  const route = page.route.bind(page);
  page.route = async (url, handler, options) => {
    await route(url, handler, options);
    // A page that is nowhere yet goes nowhere without it.
    if (page.url() === "about:blank") return;
    const caught = (asked) => asked.fulfill({ status: 204 });
    await route(`**${PROBE}`, caught);
    await eventually(async () => {
      const status = await page.evaluate(async (probe) => (await fetch(probe)).status, PROBE);
      assert.equal(status, 204, "requests of the page are caught");
    });
    await page.unroute(`**${PROBE}`, caught);
  };
}

/** A page that collects what must never happen: script errors, refused scripts, requests to other hosts. */
export async function openPage(context, base) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  routeForSure(page);
  const problems = [];
  const browser = context.browser();
  TROUBLE.set(browser, [...(TROUBLE.get(browser) ?? []), problems]);
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    // The browser itself reports refused sign-ins and lost connections; those are part of the tests.
    const expected = /Failed to load resource|net::ERR_/.test(message.text());
    if (message.type() === "error" && !expected) problems.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:")) problems.push(`request to another host: ${url}`);
  });
  return { page, problems };
}

export async function typeKey(page, key) {
  await page.locator('input[name="admin-key"]').fill(key);
  await page.keyboard.press("Enter");
}

/** Opens an address of the panel as somebody who is not signed in, and signs in there. */
export async function signIn(page, base, key, path = "") {
  await page.goto(`${base}/management.html${path}`);
  await typeKey(page, key);
  await page.locator("#main").waitFor();
}

/** No violation of WCAG 2 A and AA or of axe's best practices. */
export async function assertAccessible(page, where, { without = [] } = {}) {
  // Something that is still sliding in has not got its colours yet.
  // One whose row has left the page meanwhile is cancelled, which is as good.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  await page.evaluate(AXE);
  const violations = await page.evaluate(async (disabled) => {
    // The guards hold no content: a focus that reaches one is sent on at once, into the layer or out of it.
    const scope = { include: [["html"]], exclude: [["[data-base-ui-focus-guard]"]] };
    const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
    const found = await globalThis.axe.run(scope, { resultTypes: ["violations"], rules });
    return found.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
    }));
  }, without);
  assert.deepEqual(violations, [], `axe, ${where}`);
}

/** Nothing is wider than the window. */
export async function assertNoSidewaysScroll(page, where) {
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: window.innerWidth,
  }));
  assert.ok(scroll <= width, `${where}: ${scroll} px wide in a window of ${width} px`);
}

/** Nothing is being read or moved any more: no skeleton, no running animation, all fonts there. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('[role="status"] > i, .changing, [aria-busy="true"]'));
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
    // Two frames: what was set up by the last answer has been drawn then.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** Repeats an assertion until it holds. */
export async function eventually(check, patience = PATIENCE_MS) {
  const until = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

/** What is read twice in a row the same: nothing that an answer under way is about to replace, and never null. */
export async function steady(read) {
  return eventually(async () => {
    const first = await read();
    await new Promise((done) => setTimeout(done, 250));
    const second = await read();
    assert.ok(second);
    assert.deepEqual(first, second, "it is still changing");
    return second;
  });
}

/**
 * A test that leaves pictures of its pages in E2E_OUTPUT when it fails, and closes them in any case. Pages have no problems,
 * unless the test is about them (`problems: true`).
 */
export function spec(world, name, run, { problems = false } = {}) {
  it(name, async () => {
    // Without a browser, why it could not be started has been said already.
    assert.ok(world.browser, "there is no browser");
    TROUBLE.delete(world.browser);
    try {
      await run();
      if (!problems) assert.deepEqual((TROUBLE.get(world.browser) ?? []).flat(), [], "problems of the pages");
    } catch (error) {
      await pictures(world.browser, name);
      throw error;
    } finally {
      for (const context of world.browser.contexts()) {
        // An answer that a test holds back is still held when its page goes: that is no failure of any test.
        for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
        await context.close();
      }
    }
  });
}

async function pictures(browser, name) {
  const folder = process.env.E2E_OUTPUT;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) {
    const file = `${name.replace(/[^a-zA-Z0-9]+/g, "-").slice(0, 60)}-${index + 1}.png`;
    // A page that has crashed gives no picture; the test's own error says more.
    await page.screenshot({ path: join(folder, file) }).catch(() => {});
  }
}
