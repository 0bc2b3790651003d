// Writes THIRD-PARTY.md: the licence texts of every package that is part of the built page.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const listed = execFileSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], { cwd: root, encoding: "utf8" });
const folders = [...new Set(listed.trim().split("\n").slice(1))].sort();
const out = [
  "# Third-party notices of the panel",
  "",
  "`management.html` contains code of these packages. Made by `npm run notices`.",
  "",
];
for (const folder of folders) {
  const about = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  // Type packages add nothing to the page.
  if (about.name.startsWith("@types/")) continue;
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  out.push(`## ${about.name} ${about.version}`, "", `Licence: ${about.license ?? "not stated"}`, "");
  if (file && existsSync(`${folder}/${file}`)) {
    out.push("```text", readFileSync(`${folder}/${file}`, "utf8").trim(), "```", "");
  }
}
const text = out.join("\n");
const target = new URL("THIRD-PARTY.md", root);
if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    console.error("THIRD-PARTY.md is out of date; run `npm run notices`");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
