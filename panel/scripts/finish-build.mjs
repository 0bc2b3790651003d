// Turns Vite's output into dist/management.html, checks that it is self-contained, and writes .gz and .br beside it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
renameSync(new URL("index.html", dist), new URL("management.html", dist));

let html = readFileSync(new URL("management.html", dist), "utf8");
// The bundle is an IIFE: as a classic script it runs before the body is parsed, so the theme is set before the first paint.
const open = /<script type="module"[^>]*>/;
if (!open.test(html)) throw new Error("the inlined script was not found");
html = html.replace(open, "<script>");

const scripts = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)];
if (scripts.length !== 1) throw new Error(`expected one script, found ${scripts.length}`);
// Inside a script this would change where the parser looks for its end.
if (scripts[0][1].includes("<!--")) throw new Error("the script contains <!--");
const head = html.replace(scripts[0][0], "");
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
console.log(`script-src 'sha256-${createHash("sha256").update(scripts[0][1]).digest("base64")}'`);
