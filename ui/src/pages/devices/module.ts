import { texts } from "./texts";

export { default } from "./DevicesPage.svelte";
export const ready = texts.ready;
