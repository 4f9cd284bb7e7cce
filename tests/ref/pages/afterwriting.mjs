// Compares our page breaks with those of afterwriting 1.17.3.
//
//   node tests/ref/pages/afterwriting.mjs FOLDER [--install] [SCRIPT...]
//
// FOLDER holds `node_modules/afterwriting`; with `--install` npm puts it there. Without scripts, all
// of tests/corpus/pages/*.fountain are read. Nothing of this is needed to build or to test.
//
// Each script is laid out on both papers: by afterwriting, by us with its rules (`--reference`),
// and by us as we are. A line is the same when it is on the same page with the same text.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [folder, ...rest] = process.argv.slice(2);
if (!folder) throw new Error("name the folder that afterwriting is in, or goes to");
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const verbose = rest.includes("--verbose");
if (rest.includes("--install")) {
  execFileSync(
    "npm",
    ["install", "--prefix", folder, "--ignore-scripts", "afterwriting@1.17.3"],
    { stdio: "inherit" },
  );
}
const corpus = join(root, "tests/corpus/pages");
const named = rest.filter((arg) => !arg.startsWith("--"));
const scripts = named.length
  ? named.map((path) => resolve(path))
  : readdirSync(corpus)
      .filter((name) => name.endsWith(".fountain") && !name.includes("zh"))
      .sort()
      .map((name) => join(corpus, name));

// --- afterwriting ---------------------------------------------------------------------------

const home = resolve(folder, "node_modules");
const require = createRequire(join(home, "x.js"));
const { parser } = require("aw-parser");
const { helpers } = require("aw-parser");

/** A module of its kind: `define(function (require) { ... })`. */
function defined(file, modules) {
  let made;
  const define = (factory) => {
    made = factory((name) => modules[name]);
  };
  new Function("define", readFileSync(join(home, "afterwriting/js/utils", file), "utf8"))(define);
  return made;
}

const Liner = defined("liner.js", {});
const profiles = defined("print-profiles.js", {
  "utils/browser": { url_params: () => ({}) },
  "utils/print-profile-util": {},
});

function theirs(text, paper) {
  const parsed = parser.parse(text, {
    print_headers: true,
    print_actions: true,
    print_dialogues: true,
    print_notes: false,
    print_sections: false,
    print_synopsis: false,
    each_scene_on_new_page: false,
    double_space_between_scenes: false,
    use_dual_dialogue: true,
    merge_multiple_empty_lines: true,
  });
  const lines = new Liner(helpers).line(parsed.tokens, {
    print: paper === "a4" ? profiles.a4 : profiles.usletter,
    text_more: "(MORE)",
    text_contd: "(CONT'D)",
    split_dialogue: true,
  });
  const pages = [[]];
  const add = (line) => {
    const shown = plain(line.text);
    if (shown) pages.at(-1).push(shown);
  };
  for (const line of lines) {
    if (line.type === "page_break") {
      pages.push([]);
      continue;
    }
    add(line);
    for (const right of line.right_column ?? []) add(right);
  }
  return pages.map((page) => page.sort());
}

// --- ours -----------------------------------------------------------------------------------

function ours(path, paper, reference) {
  const flags = [paper === "a4" ? "--a4" : "", reference ? "--reference" : "", "--lines"];
  const printed = execFileSync(
    join(root, "target/debug/examples/pages"),
    [...flags.filter(Boolean), path],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  );
  const pages = [];
  for (const row of printed.split("\n").filter(Boolean)) {
    const [page, , text] = row.split("\t");
    while (pages.length < Number(page)) pages.push([]);
    const shown = plain(text);
    if (shown) pages[Number(page) - 1].push(shown);
  }
  return pages.map((page) => page.sort());
}

/** Letters alone: letter case and spaces do not move a line. */
function plain(text) {
  return text
    .replace(/\s+/g, " ")
    .replace(/^\*(.*)\*$/, "$1")
    .trim()
    .toUpperCase();
}

function compare(one, other) {
  let lines = 0;
  let same = 0;
  let first = null;
  for (let page = 0; page < Math.max(one.length, other.length); page++) {
    const left = [...(one[page] ?? [])];
    const right = [...(other[page] ?? [])];
    lines += left.length;
    for (const text of left) {
      const at = right.indexOf(text);
      if (at >= 0) {
        right.splice(at, 1);
        same++;
      } else {
        first ??= { page: page + 1, text };
      }
    }
    if (right.length && !first) first = { page: page + 1, text: `+ ${right[0]}` };
  }
  return { lines, same, first };
}

execFileSync("cargo", ["build", "-q", "-p", "inkstone-manuscript", "--example", "pages"], {
  cwd: root,
  stdio: "inherit",
});
console.log("| script | paper | pages (afterwriting, ours) | lines the same, its rules | pages, our rules |");
console.log("|---|---|---|---|---|");
let differ = 0;
for (const path of scripts) {
  // Marks of emphasis do not print; afterwriting counts them when it wraps.
  const text = readFileSync(path, "utf8").replace(/[*_]/g, "");
  const bare = join(mkdtempSync(join(tmpdir(), "pages-")), "script.fountain");
  writeFileSync(bare, text);
  for (const paper of ["letter", "a4"]) {
    const reference = theirs(text, paper);
    const same = ours(bare, paper, true);
    const own = ours(bare, paper, false);
    const result = compare(reference, same);
    if (result.same !== result.lines || result.first) differ++;
    const name = path.split("/").at(-1);
    console.log(
      `| ${name} | ${paper} | ${reference.length}, ${same.length} | ${result.same} of ${result.lines} | ${own.length} |`,
    );
    if (result.first && verbose) console.log("  first:", JSON.stringify(result.first));
  }
}
console.log(differ ? `${differ} differ` : "all the same");
