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

/** A page reads a script of plain ASCII faster, and keeps it in half the room. */
function plainScripts(): Plugin {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return {
    name: "plain-scripts",
    apply: "build",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === "chunk") chunk.code = chunk.code.replace(/[\u0080-\uffff]/g, escaped);
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [svelte(), withoutStub(), plainScripts()],
  clearScreen: false,
  server: { port: 1420, strictPort: true, fs: { allow: [".."] } },
  // A page reads text that is no script much faster.
  json: { stringify: true },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // Read from the program itself, never over a network.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: "start",
              test: /node_modules|[\\/]locales[\\/]|\.svelte\.ts|[\\/]src[\\/](parts|editor|host|wire)[\\/]/,
            },
          ],
        },
      },
    },
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
