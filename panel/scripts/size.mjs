// Fails when the built page is larger than design.md §6 allows. Browsers send no `br` over plain http, so gzip counts.
import { statSync } from "node:fs";

const LIMITS = [
  ["management.html", 1_500_000],
  ["management.html.gz", 450_000],
];
let failed = false;
for (const [name, limit] of LIMITS) {
  const { size } = statSync(new URL(`../dist/${name}`, import.meta.url));
  const over = size > limit;
  failed ||= over;
  console.log(`${over ? "TOO LARGE" : "ok"}  ${name}  ${size} bytes of ${limit}`);
}
process.exit(failed ? 1 : 0);
