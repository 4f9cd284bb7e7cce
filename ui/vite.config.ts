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

/** Lucide's icons are drawn by a component of ours. */
function lightIcons(): Plugin {
  return {
    name: "light-icons",
    enforce: "pre",
    resolveId(source, importer) {
      if (source === "../Icon.svelte" && importer?.includes("@lucide/svelte"))
        return fileURLToPath(new URL("src/parts/Icon.svelte", import.meta.url));
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

/** What the page needs before it can be seen: all that its first script reads without waiting. */
function atStart(known: (id: string) => { importedIds: readonly string[] } | null): Set<string> {
  const all = new Set([fileURLToPath(new URL("index.html", import.meta.url))]);
  for (const id of all) for (const other of known(id)?.importedIds ?? []) all.add(other);
  return all;
}

let first: Set<string> | undefined;

export default defineConfig({
  base: "./",
  plugins: [lightIcons(), svelte(), withoutStub(), plainScripts()],
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
        // The program has the Chinese sentences read ahead, by this name.
        chunkFileNames: ({ name }) =>
          name === "chinese" ? "assets/[name].js" : "assets/[name]-[hash].js",
        codeSplitting: {
          // One file to come up with, and one of what several views share that are read later.
          groups: [
            {
              debugName: "start",
              name: (id, graph) => {
                first ??= atStart((id) => graph.getModuleInfo(id));
                return first.has(id) ? "start" : null;
              },
              priority: 1,
            },
            { name: "chinese", test: /[\\/]locales[\\/]zh-CN[\\/]/ },
            { name: "shared", minShareCount: 2 },
          ],
        },
      },
    },
  },
  resolve: {
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/host/test-setup.ts"],
    css: false,
  },
});
