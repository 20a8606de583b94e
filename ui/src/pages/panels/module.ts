import { texts } from "./texts";

export { default } from "./PanelsPage.svelte";
export const ready = texts.ready;
