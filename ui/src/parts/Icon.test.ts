import Cloud from "@lucide/svelte/icons/cloud";
import Square from "@lucide/svelte/icons/square";
import { render } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";

const drawn = (container: HTMLElement) => container.querySelector("svg");

describe("an icon", () => {
  it("is drawn with its strokes, and says nothing", () => {
    const svg = drawn(render(Cloud, { size: 15, strokeWidth: 1.6 }).container);
    expect(svg?.getAttribute("width")).toBe("15");
    expect(svg?.getAttribute("viewBox")).toBe("0 0 24 24");
    expect(svg?.getAttribute("stroke-width")).toBe("1.6");
    expect(svg?.getAttribute("aria-hidden")).toBe("true");
    const path = svg?.querySelector("path");
    expect(path?.getAttribute("d")).toContain("M17.5 19");
    expect(path?.namespaceURI).toBe("http://www.w3.org/2000/svg");
    expect(svg?.getAttribute("fill")).toBe("none");
  });

  it("can be filled", () => {
    const svg = drawn(render(Square, { fill: "currentColor" }).container);
    expect(svg?.getAttribute("fill")).toBe("currentColor");
    expect(svg?.querySelector("rect")).not.toBeNull();
  });
});
