import { tick } from "svelte";
import { desk } from "../features/desk/desk.svelte";
import { library } from "../features/library/library.svelte";
import { TEXT, views } from "../features/writing/views.svelte";
import { writing } from "../features/writing/writing.svelte";

/** The parts of the window, in the order of F6. */
export const REGIONS = ["library", "text", "desk", "status"] as const;
export type Region = (typeof REGIONS)[number];
export type Side = "library" | "desk";

/** Below this width (in CSS pixels, so zoom counts) the side panels lie over the text. */
export const NARROW = 900;
const KEPT = "inkstone.panels";

/** What is made beside a text waits for so long after it was first seen: who writes at once goes first. */
const SETTLES_MS = 100;

const FOCUSABLE =
  "button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select:not(:disabled), a[href], [tabindex='0'], [contenteditable='true']";

/** After the next frame was drawn. */
const painted = () => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done, 0)));

const settled = () => new Promise<void>((done) => setTimeout(done, SETTLES_MS));

class Frame {
  /** What beside and beneath the text is made. */
  made = $state<Record<Side | "status", boolean>>({ library: false, desk: false, status: false });
  narrow = $state(false);
  /** What is open while there is room for three columns. */
  wide = $state<Record<Side, boolean>>({ library: true, desk: true });
  /** The panel that lies over the text in a narrow window. */
  drawer = $state<Side | null>(null);
  /** True while the menu of new documents is open. */
  beginning = $state(false);
  private from: HTMLElement | null = null;
  /** How often somebody sent the keyboard to a region. */
  private sent = 0;

  constructor() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
      if (typeof kept?.library === "boolean" && typeof kept?.desk === "boolean")
        this.wide = { library: kept.library, desk: kept.desk };
    } catch {
      // A window without storage, or something else's entry: the default is fine.
    }
  }

  /** Follows the width of the window. Gives back how to stop. */
  watch(): () => void {
    // What is written streams into the text, so nothing may lie over it.
    desk.onAsked = () => {
      if (this.drawer) void this.go("text");
    };
    const measure = () => {
      this.narrow = window.innerWidth < NARROW;
      if (!this.narrow) this.drawer = null;
    };
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }

  /** A library without projects and a desk without a text have nothing to show. */
  has(side: Side): boolean {
    return side === "library" ? library.projects.length > 0 : writing.draftId !== null;
  }

  shown(side: Side): boolean {
    return this.has(side) && (this.narrow ? this.drawer === side : this.wide[side]);
  }

  async show(side: Side, focus = true) {
    if (!this.has(side)) return;
    this.sent++;
    if (this.narrow) {
      if (!this.drawer) this.from = document.activeElement as HTMLElement | null;
      this.drawer = side;
    } else this.set(side, true);
    if (!focus) return;
    await tick();
    enter(side);
  }

  hide(side: Side) {
    if (this.narrow) this.closeDrawer();
    else {
      const inside = regionOf(document.activeElement) === side;
      this.set(side, false);
      if (inside) void this.go("text");
    }
  }

  toggle(side: Side) {
    if (this.shown(side)) this.hide(side);
    else void this.show(side);
  }

  /** Closes what lies over the text and gives the focus back. */
  closeDrawer(): boolean {
    if (!this.drawer) return false;
    this.drawer = null;
    const back = this.from?.isConnected ? this.from : null;
    this.from = null;
    void tick().then(() => {
      if (back && back !== document.body) back.focus();
      else void this.go("text");
    });
    return true;
  }

  private set(side: Side, open: boolean) {
    this.wide = { ...this.wide, [side]: open };
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.wide));
    } catch {
      // See above.
    }
  }

  /**
   * The window comes up: at its text, where one was open, and that takes keys before the panels
   * beside it are made.
   */
  async arrive() {
    const next = async () => writing.draftId && !document.hidden && painted();
    if (writing.draftId) await this.go("text");
    performance.mark("caret");
    await next();
    if (writing.draftId && !document.hidden) await settled();
    this.made.status = true;
    this.made.library = true;
    // Keys that came meanwhile are heard first.
    await next();
    this.made.desk = true;
    await next();
  }

  /** Brings the focus to a region, opening its panel. */
  async go(region: Region) {
    if (region === "library" || region === "desk") return this.show(region);
    this.sent++;
    if (this.narrow) this.drawer = null;
    await tick();
    const inText = region === "text" && views.now === TEXT;
    if (inText && writing.draftId && writing.editor) writing.editor.focus();
    else enter(region);
  }

  /** When a text is opened the keyboard goes there, unless somebody sent it elsewhere meanwhile. */
  async after(opened: Promise<boolean>, there: "text" | "brief") {
    const { sent } = this;
    if (!(await opened) || this.sent !== sent) return;
    await (there === "brief" ? this.begin() : this.go("text"));
  }

  /** A new text begins with its brief, where that can be seen. */
  async begin() {
    const { sent } = this;
    desk.tab = "brief";
    this.drawer = null;
    await tick();
    if (this.sent !== sent) return;
    const first =
      !this.narrow && this.wide.desk
        ? document.querySelector<HTMLElement>("[data-region='desk'] [role='tabpanel'] textarea")
        : null;
    if (first) first.focus();
    else await this.go("text");
  }

  /** What had the focus is gone: it must not fall out of its region. */
  async settle(region: Region) {
    await tick();
    if (document.activeElement === document.body) enter(region);
  }

  /** The next region that can be seen. */
  cycle(by: 1 | -1) {
    const seen = REGIONS.filter((region) =>
      region === "library" || region === "desk"
        ? this.has(region) && (this.narrow || this.wide[region])
        : true,
    );
    const now = regionOf(document.activeElement);
    const at = now ? seen.indexOf(now) : -1;
    const next = seen[at < 0 ? 0 : (at + by + seen.length) % seen.length];
    if (next) void this.go(next);
  }
}

export const frame = new Frame();

export const regionOf = (element: Element | null): Region | null =>
  (element?.closest<HTMLElement>("[data-region]")?.dataset.region as Region | undefined) ?? null;

/** Focuses what a region says is its beginning, else the first thing that takes a key. */
function enter(region: Region) {
  const area = document.querySelector<HTMLElement>(`[data-region="${region}"]`);
  if (!area) return;
  const seen = (element: HTMLElement) => element.offsetParent !== null;
  const first =
    [...area.querySelectorAll<HTMLElement>("[aria-current='true'], [aria-selected='true']")].find(
      (element) => seen(element) && element.matches(FOCUSABLE),
    ) ?? [...area.querySelectorAll<HTMLElement>(FOCUSABLE)].find(seen);
  (first ?? area).focus();
}
