import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

import { eager } from "./build/eager.ts";
import { gzipCopies } from "./build/gzip.ts";
import { notices } from "./build/notices.ts";
import { serviceWorker } from "./build/worker.ts";

/** `npm run dev` takes its data from a running service, such as `openvoy demo`. */
const service = process.env["OPENVOY_URL"] ?? "http://127.0.0.1:8400";

const SHELL = /node_modules\/(svelte|esm-env|clsx)\/|vite\/(preload-helper|modulepreload)|src\/(main|app\.css|App|api|lib|state|shell|offline\/install|pages\/(now|login|index)|cards\/(index|FlowCard|GlanceCard|TodayCard)|locales\/en|sentences\/en)|src\/components\/(?!PowerChart|chart-options)/;

export default defineConfig({
  base: "./",
  plugins: [svelte(), notices(), serviceWorker(), eager("shell"), gzipCopies()],
  build: {
    outDir: process.env["OPENVOY_UI_OUT"] ?? "../src/openvoy/web/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    manifest: process.env["OPENVOY_UI_MANIFEST"] === "1",
    // What every page needs, and what is seen first, is one file: browsers ask one server for six at a time, and the first answers wait behind them.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shell", test: SHELL }] } } },
  },
  server: { proxy: { "/api": service, "/healthz": service } },
});
