import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const SERVER = "http://127.0.0.1:4318";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../server/src/clearspan_server/static",
    emptyOutDir: true,
    target: "es2023",
    // The server's content security policy allows no data: fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    // From it the server knows what a page will ask for, and tells the browser with the page.
    manifest: "manifest.json",
    rolldownOptions: {
      input: ["index.html", "docs.html"],
      output: {
        codeSplitting: {
          // Parts of a kilobyte that most pages share come in one file, not in twenty.
          groups: [
            {
              name: "parts",
              test: /\/src\/(api|model|pages\/list|ui)\/(?!Chart)/,
              minShareCount: 3,
              maxModuleSize: 12_000,
            },
            { name: "lists", test: /\/src\/pages\/(list\/|traces\/TracePeek)/, minShareCount: 2 },
          ],
        },
      },
      // How long each plugin took on a busy machine is no warning.
      checks: { bundlerTimings: false },
    },
    reportCompressedSize: true,
  },
  server: {
    proxy: { "/api": SERVER, "/v1": SERVER, "/openapi.json": SERVER },
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
});
