import { render } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { closedAfterEach, opened } from "../writing/opened";
import Page from "../writing/Page.svelte";
import { writing } from "../writing/writing.svelte";
import { story } from "./story.svelte";

closedAfterEach();

describe("the stages of a story", () => {
  it("have the last of what is typed, though the text changed before", async () => {
    opened({ kind: "screenplay", body: "= One.\n\nINT. A - DAY\n\n= Rain.\n" });
    render(Page);
    await story.load();
    expect(story.data?.beats[0]?.text).toBe("One.");
    // A suggestion went into the text, and the places of the story are old now.
    const { editor } = writing;
    editor?.replace(editor.length, editor.length, "\nA gull.\n");
    const typed = ["", "T", "Tw", "Two."].map((text) => story.setBeat(0, text));
    await Promise.all(typed);
    expect(editor?.text()).toBe("= Two.\n\nINT. A - DAY\n\n= Rain.\n\nA gull.\n");
    expect(story.data?.beats[0]?.text).toBe("Two.");
    editor?.replace(editor.length, editor.length, "\nTwo gulls.\n");
    const more = ["", "S", "Sun."].map((text) => story.setSynopsis(0, text));
    await Promise.all(more);
    expect(editor?.text()).toContain("INT. A - DAY\n\n= Sun.\n\nA gull.\n\nTwo gulls.\n");
    expect(story.data?.scenes[0]?.synopsis).toBe("Sun.");
  });
});
