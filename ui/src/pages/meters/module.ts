import { texts } from "./texts";

export { default } from "./MetersPage.svelte";
export const ready = texts.ready;
