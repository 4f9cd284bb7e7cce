import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The in-memory studio is for tests and a plain browser; a build that carries it is a mistake. */
function withoutStub(): Plugin {
  return {
    name: "without-stub",
    apply: "build",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.moduleIds.some((id) => id.includes("/host/stub"))) {
          this.error(`host/stub is in ${chunk.fileName}`);
        }
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [svelte(), withoutStub()],
  clearScreen: false,
  server: { port: 1420, strictPort: true, fs: { allow: [".."] } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // Read from the program itself, never over a network.
    chunkSizeWarningLimit: 900,
  },
  resolve: {
    alias: { "@assets": fileURLToPath(new URL("../assets", import.meta.url)) },
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/host/test-setup.ts"],
    css: false,
  },
});
