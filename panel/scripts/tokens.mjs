// Writes src/ui/tokens.css from src/ui/tokens.json. A unit test fails when the two differ.
import { readFileSync, writeFileSync } from "node:fs";

/** The style sheet that holds the tokens as CSS variables. */
export function tokensCss(tokens) {
  const colours = (theme) => {
    const { role, categorical, sequential, sequential_bad } = tokens.color[theme];
    return [
      ...Object.entries(role).map(([name, value]) => `--${name}: ${value};`),
      ...categorical.map((value, index) => `--c${index + 1}: ${value};`),
      ...sequential.map((value, index) => `--q${index + 1}: ${value};`),
      ...sequential_bad.map((value, index) => `--r${index + 1}: ${value};`),
      ...["menu", "dialog"].map((name) => `--shadow-${name}: ${tokens.shadow[theme][name]};`),
    ];
  };
  const shared = [
    `--font-sans: ${tokens.font.sans.replaceAll("'", '"')};`,
    `--font-mono: ${tokens.font.mono.replaceAll("'", '"')};`,
    ...Object.entries(tokens.radius).map(([name, value]) => `--radius-${name}: ${value}px;`),
    ...Object.entries(tokens.z).map(([name, value]) => `--z-${name}: ${value};`),
    `--fast: ${tokens.motion.fast}ms;`,
    `--normal: ${tokens.motion.normal}ms;`,
    `--easing: ${tokens.motion.easing};`,
  ];
  const block = (selector, lines, indent = "") =>
    `${indent}${selector} {\n${lines.map((line) => `${indent}  ${line}`).join("\n")}\n${indent}}\n`;
  return [
    "/* Made by scripts/tokens.mjs from tokens.json. Do not edit. */\n",
    block(":root", ["color-scheme: light;", ...shared, ...colours("light")]),
    block(':root[data-theme="dark"]', ["color-scheme: dark;", ...colours("dark")]),
    "@media (prefers-reduced-motion: reduce) {\n" +
      block(":root", [`--fast: ${tokens.motion.reduced}ms;`, `--normal: ${tokens.motion.reduced}ms;`], "  ") +
      "}\n",
  ].join("\n");
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = new URL("../src/ui/", import.meta.url);
  writeFileSync(
    new URL("tokens.css", folder),
    tokensCss(JSON.parse(readFileSync(new URL("tokens.json", folder), "utf8"))),
  );
}
