import type { CharacterBrief, PlaceBrief } from "../../wire/bindings";

/** An empty page of a person. */
export const person = (name = ""): CharacterBrief => ({
  name,
  description: "",
  aliases: [],
  role: "",
  want: "",
  need: "",
  flaw: "",
  voice: "",
  facts: [],
  notes: [],
  prompt: "auto",
});

/** An empty page of a place. */
export const place = (name = ""): PlaceBrief => ({
  name,
  description: "",
  aliases: [],
  facts: [],
  notes: [],
  prompt: "auto",
});
