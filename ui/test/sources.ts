import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const SRC = join(import.meta.dirname, "../src");

export interface Source {
  path: string;
  text: string;
}

/** The sources of the window whose names fit, without tests, the stub and what is generated. */
export function sources(name: RegExp): Source[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(SRC, path), text: readFileSync(path, "utf8") }))
    .filter(
      ({ path }) =>
        !/\.test\.ts$/.test(path) &&
        !/^host\/(stub|test-setup)/.test(path) &&
        path !== "wire/bindings.ts",
    );
}
