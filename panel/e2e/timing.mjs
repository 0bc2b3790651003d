// How soon the dashboard can be seen: first contentful paint, and every panel with its figures. Over a real manager:
// CPAMP_URL=http://127.0.0.1:18317 CPAMP_ADMIN_KEY=… npm run timing [-- runs]. Each run is a new browser profile: nothing is
// cached but the session. Exits non-zero when the 95th percentile misses its bar.
import { launch, openPage, signIn } from "./browser.mjs";

const BARS = { "first contentful paint": 300, "dashboard complete": 800 };
/** Complete is what stays complete this long. */
const STABLE_MS = 400;
const { CPAMP_URL, CPAMP_ADMIN_KEY } = process.env;
const runs = Math.max(10, Number(process.argv[2] ?? 15) || 15);
if (!CPAMP_URL || !CPAMP_ADMIN_KEY) {
  console.error("CPAMP_URL and CPAMP_ADMIN_KEY are needed: a real manager, not the mock");
  process.exit(2);
}
const base = CPAMP_URL.replace(/\/$/, "");

/** In the page: notes when verdict, figures, chart and lists are there and nothing is being read any more. */
function watch() {
  globalThis.completeAt = null;
  const look = () => {
    const main = document.getElementById("main");
    const complete =
      main !== null &&
      document.getElementById("verdict") !== null &&
      main.querySelector("canvas") !== null &&
      // Verdict, figures, traffic, causes, accounts and models.
      main.querySelectorAll("section").length >= 6 &&
      main.querySelector('[role="status"] > i, [role="alert"]') === null &&
      // A value that is on its way, too, is one that is being read.
      !["dd", "dd *", "section[aria-label] *"].some((place) =>
        [...main.querySelectorAll(place)].some((each) => each.textContent.trim() === "…"),
      );
    if (!complete) globalThis.completeAt = null;
    else if (globalThis.completeAt === null) {
      // What was put into the document has been drawn a frame later.
      requestAnimationFrame(() => {
        globalThis.completeAt ??= performance.now();
      });
    }
  };
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    characterData: true,
  });
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const browser = await launch();
try {
  const first = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const { page } = await openPage(first, base);
  await signIn(page, base, CPAMP_ADMIN_KEY);
  const { eventCount } = await page.evaluate(async () => (await fetch("/status")).json());
  const storageState = await first.storageState();
  await first.close();

  const found = { "first contentful paint": [], "dashboard complete": [] };
  for (let run = 0; run < runs; run += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, storageState });
    const { page, problems } = await openPage(context, base);
    await page.addInitScript(watch);
    await page.goto(`${base}/management.html#/`);
    await page.waitForFunction(
      (stable) => globalThis.completeAt !== null && performance.now() - globalThis.completeAt > stable,
      STABLE_MS,
      { timeout: 30_000, polling: 50 },
    );
    const [paint, complete] = await page.evaluate(() => [
      performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
      globalThis.completeAt,
    ]);
    found["first contentful paint"].push(paint);
    found["dashboard complete"].push(complete);
    if (problems.length > 0) throw new Error(problems.join("\n"));
    await context.close();
  }

  console.log(`${runs} runs over ${eventCount.toLocaleString("en")} stored requests, 1440 × 900, nothing cached`);
  let missed = 0;
  for (const [what, values] of Object.entries(found)) {
    const unknown = values.filter((value) => !Number.isFinite(value)).length;
    if (unknown > 0) throw new Error(`${what}: ${unknown} of ${values.length} runs have no time`);
    const [p50, p95] = [percentile(values, 0.5), percentile(values, 0.95)];
    const kept = p95 <= BARS[what];
    if (!kept) missed += 1;
    console.log(
      `${what.padEnd(24)} p50 ${p50.toFixed(0).padStart(5)} ms  p95 ${p95.toFixed(0).padStart(5)} ms  bar ${String(BARS[what]).padStart(4)} ms  ${kept ? "kept" : "MISSED"}`,
    );
  }
  process.exitCode = missed > 0 ? 1 : 0;
} finally {
  await browser.close();
}
