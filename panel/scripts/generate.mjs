// Writes src/api/schema.ts and src/api/fields.ts from contract/openapi.json. With --check it fails when the file is out of date.
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
// What the query route can group by is asked at run time: the page offers no width of a bar that the contract has not.
const names = contract.components.schemas.Field.enum.map((name) => `  ${JSON.stringify(name)},\n`).join("");
const fields = `// Made by scripts/generate.mjs from contract/openapi.json. Do not edit.\n\n/** The fields of \`POST /api/v1/query\`. */\nexport const QUERY_FIELDS = [\n${names}] as const;\n`;
for (const [file, made] of [
  [target, text],
  [new URL("../src/api/fields.ts", import.meta.url), fields],
]) {
  if (!process.argv.includes("--check")) writeFileSync(file, made);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== made) {
    console.error(`src/api/${file.pathname.split("/").at(-1)} is out of date; run \`npm run generate\``);
    process.exit(1);
  }
}
