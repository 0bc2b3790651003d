// Writes src/api/schema.ts from contract/openapi.json. With --check it fails when the file is out of date.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../../contract/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.ts", import.meta.url);
if (!existsSync(source)) {
  console.error("contract/openapi.json does not exist; run `cargo xtask openapi` first");
  process.exit(1);
}
const contract = JSON.parse(readFileSync(source, "utf8"));
// The client goes by path and method; without operation ids the types stand beside their paths.
for (const item of Object.values(contract.paths)) {
  for (const operation of Object.values(item)) delete operation.operationId;
}
const text = `// Made by scripts/generate.mjs from contract/openapi.json. Do not edit.\n\n${astToString(await openapiTS(contract, { defaultNonNullable: false }))}`;
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/api/schema.ts is out of date; run `npm run generate`");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
