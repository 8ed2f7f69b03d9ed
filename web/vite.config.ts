// How the pages are built: routes split by file, catalogs compiled, assets compressed beside themselves.
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { icuCatalogs } from "./scripts/vite-icu.ts";
import { markedLexer } from "./scripts/vite-marked-lexer.ts";
import { precompress } from "./scripts/vite-precompress.ts";
import { routeGraph } from "./scripts/vite-route-graph.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const api = process.env.OBROL_DEV_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  resolve: {
    alias: [
      { find: "@messages", replacement: here("./messages") },
      { find: "@", replacement: here("./src") },
      // Every drawing asks for its maker by this name.
      { find: "../createLucideIcon.mjs", replacement: here("./src/components/ui/create-icon.ts") },
      // React has it by itself since 18; the router's store still brings the replacement for older ones.
      { find: /^use-sync-external-store\/shim$/, replacement: "react" },
      // Messages are compiled at build time, so the ICU parser never reaches the browser.
      { find: /^use-intl\/format-message$/, replacement: "use-intl/format-message/format-only" },
    ],
  },
  plugins: [
    icuCatalogs(here("./messages")),
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      routesDirectory: "src/routes",
      generatedRouteTree: "src/routeTree.gen.ts",
      quoteStyle: "double",
      semicolons: true,
    }),
    react(),
    tailwindcss(),
    VitePWA({
      registerType: "prompt",
      injectRegister: null,
      manifestFilename: "manifest.webmanifest",
      includeAssets: ["icon.svg"],
      manifest: {
        name: "Obrol",
        short_name: "Obrol",
        description: "Your own AI conversation server",
        start_url: "/",
        display: "standalone",
        background_color: "#fbfaf7",
        theme_color: "#fbfaf7",
        icons: [
          { src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
          { src: "/icon-maskable.svg", sizes: "any", type: "image/svg+xml", purpose: "maskable" },
        ],
      },
      workbox: {
        navigateFallback: "/index.html",
        navigateFallbackDenylist: [
          /^\/(api|v1|docs|metrics|healthz|readyz|webhooks|\.well-known)(\/|$)/,
        ],
        globPatterns: ["index.html", "boot.js", "icon.svg", "assets/*.{js,css}"],
        // Grammars and the highlighter are large and seldom needed: cached when first used.
        globIgnores: ["assets/code/**"],
        runtimeCaching: [
          {
            urlPattern: /\/assets\/.*\.js$/,
            handler: "CacheFirst",
            options: { cacheName: "assets", expiration: { maxEntries: 60 } },
          },
        ],
      },
    }),
    markedLexer(),
    routeGraph(),
    precompress(),
  ],
  worker: {
    format: "es",
    // A folder of their own: the service worker does not fetch the highlighter and its grammars ahead.
    rolldownOptions: {
      output: {
        entryFileNames: "assets/code/[name]-[hash].js",
        chunkFileNames: "assets/code/[name]-[hash].js",
      },
    },
  },
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What every page needs is one file each: it compresses better than forty small ones, and the libraries' file
        // keeps its name when only our code changes.
        codeSplitting: {
          groups: [
            {
              name: "vendor",
              test: /node_modules\/\.pnpm\/(react|react-dom|scheduler|use-sync-external-store|@tanstack\+(react-router|router-core|history|store|react-store|react-query|query-core)|use-intl|icu-minify|@formatjs\+fast-memoize|clsx|class-variance-authority)@/,
            },
            // Every page's parts; forms, money and changes stand on the pages that have some.
            {
              name: "kit",
              test: /\/lucide-react\/(?!.*key-round)|\/src\/(components\/ui\/(?!field|password-field|language-menu|confirm|dialog|segmented)|lib\/(?!markdown|form|money|query|i18n\/llm))/,
              minShareCount: 3,
            },
            { name: "chat", test: /\/src\/features\/chat\//, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/v1", "/healthz", "/readyz"].map((path) => [path, { target: api, ws: false }]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
    setupFiles: ["src/test/setup.ts"],
    restoreMocks: true,
    testTimeout: 10_000,
    teardownTimeout: 5_000,
    maxWorkers: 2,
    server: { deps: { inline: ["use-intl"] } },
  },
});
