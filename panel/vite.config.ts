import { readdirSync, readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` sends API calls: the mock by default, a real manager with CPAMP_URL. */
const backend = process.env.CPAMP_URL ?? "http://127.0.0.1:18318";

const LANGUAGES = new URL("src/i18n/languages/", import.meta.url);

/** Puts the languages that are not part of the bundle into the page, as data: `<script type="application/json" id="texts-ru">`. */
function languages(): Plugin {
  return {
    name: "languages",
    transformIndexHtml: () =>
      readdirSync(LANGUAGES).map((file) => ({
        tag: "script",
        attrs: { type: "application/json", id: `texts-${file.replace(".json", "")}` },
        // No sign of it may end the element.
        children: JSON.stringify(JSON.parse(readFileSync(new URL(file, LANGUAGES), "utf8"))).replaceAll("<", "\\u003c"),
        injectTo: "body" as const,
      })),
  };
}

export default defineConfig({
  plugins: [react(), viteSingleFile(), languages()],
  build: {
    target: ["chrome111", "edge111", "firefox114", "safari16.4"],
    // One classic inline script in the head: it sets the theme before the first paint, and the server has one hash to compute.
    rolldownOptions: { output: { format: "iife" } },
    modulePreload: false,
    reportCompressedSize: false,
  },
  css: { modules: { generateScopedName: "[name]-[local]-[hash:base64:4]" } },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/setup", "/status", "/health", "/usage-service", "/v0", "/__mock"].map((path) => [
        path,
        { target: backend, changeOrigin: false },
      ]),
    ),
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.mjs"],
    restoreMocks: true,
  },
});
