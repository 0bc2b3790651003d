// Chromium, pages and small helpers for the end-to-end tests.
import { existsSync } from "node:fs";
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
const CANDIDATES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch(extra = []) {
  const executablePath = CANDIDATES.find((path) => path && existsSync(path));
  if (!executablePath) throw new Error("no Chromium found; install it or set CHROMIUM");
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...extra] });
}

/** A page that collects what must never happen: console errors, CSP violations, requests to other hosts. */
export async function openPage(context, base) {
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    // The browser reports refused sign-ins and lost connections itself; those are part of the tests.
    if (message.type() === "error" && !/Failed to load resource|net::ERR_/.test(message.text()))
      problems.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith("data:")) problems.push(`request to another host: ${url}`);
  });
  return { page, problems };
}

export async function signIn(page, base, key, path = "") {
  await page.goto(`${base}/management.html${path}`);
  await page.locator('input[name="admin-key"]').fill(key);
  await page.keyboard.press("Enter");
}
