import { texts } from "./texts";

export { default } from "./HistoryPage.svelte";
export const ready = texts.ready;
