// Turns Vite's output into dist/management.html, checks that it is self-contained, and writes .gz and .br beside it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
renameSync(new URL("index.html", dist), new URL("management.html", dist));

let html = readFileSync(new URL("management.html", dist), "utf8");
// The bundle is an IIFE, so it may be a classic script. It stands last, as text: boot.js runs it when the frame has been painted.
const bundle = /<script type="module"[^>]*>([\s\S]*?)<\/script>/.exec(html);
if (!bundle) throw new Error("the inlined script was not found");
const boot = readFileSync(new URL("../boot.js", import.meta.url), "utf8")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("//"))
  .join("\n");
const BOOT_PLACE = /<!-- boot\.js[^>]*-->/;
if (!BOOT_PLACE.test(html)) throw new Error("the place of boot.js was not found");
html = html
  .replace(bundle[0], "")
  .replace(BOOT_PLACE, () => `<script>${boot}</script>`)
  .replace("</body>", () => `<script type="text/plain" id="bundle">${bundle[1]}</script>\n  </body>`);

const elements = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)];
// Languages are data: they run nowhere.
const isData = ([element]) => element.startsWith('<script type="application/json"');
const scripts = elements.filter((element) => !isData(element));
for (const [, texts] of elements.filter(isData)) JSON.parse(texts);
if (scripts.length !== 2) throw new Error(`expected boot.js and the bundle, found ${scripts.length} scripts`);
// Inside a script this would change where the parser looks for its end.
if (scripts.some(([, body]) => body.includes("<!--"))) throw new Error("a script contains <!--");
const head = elements.reduce((rest, [script]) => rest.replace(script, ""), html);
const outside = [...head.matchAll(/\b(?:src|href)="(?!data:)([^"]*)"/g)].map((match) => match[1]);
if (outside.length > 0) throw new Error(`the page refers to other files: ${outside.join(", ")}`);
if (/url\((?!["']?data:)/.test(head.match(/<style[\s\S]*<\/style>/)?.[0] ?? ""))
  throw new Error("a style refers to another file");
if (/\son[a-z]+\s*=/.test(head.replace(/<style[\s\S]*<\/style>/, "")))
  throw new Error("the page has an inline event handler");

writeFileSync(new URL("management.html", dist), html);
const bytes = Buffer.from(html);
writeFileSync(new URL("management.html.gz", dist), gzipSync(bytes, { level: 9 }));
writeFileSync(
  new URL("management.html.br", dist),
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }),
);
for (const name of readdirSync(dist)) {
  if (!name.startsWith("management.html")) rmSync(new URL(name, dist), { recursive: true });
}
const hashes = scripts.map(([, body]) => `'sha256-${createHash("sha256").update(body).digest("base64")}'`);
console.log(`script-src ${hashes.join(" ")}`);
