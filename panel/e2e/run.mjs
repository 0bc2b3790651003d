// The panel's end-to-end tests in real Chromium. `node e2e/run.mjs` uses the mock; with CPAMP_URL, CPAMP_ADMIN_KEY and
// SIMULATOR_URL it uses a real, unconfigured manager and the simulated gateway. Exits non-zero when a test fails.
import { existsSync } from "node:fs";
import { after, before, describe } from "node:test";
import { launch } from "./browser.mjs";
import { accessSpecs } from "./specs/access.mjs";
import { analysisSpecs } from "./specs/analysis.mjs";
import { auditSpecs, trailSpecs } from "./specs/audit.mjs";
import { detailSpecs } from "./specs/details.mjs";
import { everywhereSpecs } from "./specs/everywhere.mjs";
import { hostedSpecs } from "./specs/hosted.mjs";
import { layoutSpecs } from "./specs/layout.mjs";
import { liveTestSpecs } from "./specs/live-test.mjs";
import { manageSpecs } from "./specs/manage.mjs";
import { monitoringSpecs } from "./specs/monitoring.mjs";
import { pageSpecs } from "./specs/pages.mjs";
import { requestSpecs } from "./specs/requests.mjs";
import { setupSpecs } from "./specs/setup.mjs";
import { stateSpecs } from "./specs/states.mjs";
import { tabSpecs } from "./specs/tabs.mjs";
import { troubleSpecs } from "./specs/trouble.mjs";
import { truthSpecs } from "./specs/truth.mjs";
import { walkSpecs } from "./specs/walks.mjs";
import { startTarget } from "./target.mjs";

if (!existsSync(new URL("../dist/management.html", import.meta.url))) {
  console.error("dist/management.html is missing; run `npm run build` first");
  process.exit(1);
}

const target = await startTarget();
/** A name that is no loopback address to the browser: no secure context there. */
const HOST_NAME = "cpamp.example.org";

/** Tests one after the other, in a browser of their own. */
function lane(name, specs) {
  const world = { target, hostName: HOST_NAME, browser: null };
  describe(name, { concurrency: 1 }, () => {
    before(async () => {
      const { hostname } = new URL(target.base);
      world.browser = await launch([`--host-resolver-rules=MAP ${HOST_NAME} ${hostname}`]);
    });
    after(() => world.browser?.close());
    for (const each of specs) each(world);
  });
}

// Two lanes at once: most of a test is waiting.
describe(`the panel against ${target.name}`, { concurrency: 2 }, () => {
  after(() => target.close());
  // The order matters: the manager begins without a gateway. What follows the first group has mocks of its own.
  lane("the manager under test", [
    accessSpecs,
    setupSpecs,
    requestSpecs,
    truthSpecs,
    layoutSpecs,
    tabSpecs,
    liveTestSpecs,
    manageSpecs,
    pageSpecs,
    auditSpecs,
  ]);
  lane("with mocks of their own", [
    analysisSpecs,
    detailSpecs,
    everywhereSpecs,
    stateSpecs,
    monitoringSpecs,
    troubleSpecs,
    hostedSpecs,
    walkSpecs,
    trailSpecs,
  ]);
});
