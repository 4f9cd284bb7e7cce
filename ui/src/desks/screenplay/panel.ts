/** What the desk's panel shows of a script, read together. */
export { default as Along } from "./Along.svelte";
export { default as Brief } from "./Brief.svelte";
export { default as More } from "./More.svelte";
export { default as Readers } from "./Readers.svelte";
export { default as SceneList } from "./SceneList.svelte";
export { default as Steps } from "./Steps.svelte";
