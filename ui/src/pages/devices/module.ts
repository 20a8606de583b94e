import { texts as control } from "../control/texts";
import { texts } from "./texts";

export { default } from "./DevicesPage.svelte";
export const ready = Promise.all([texts.ready, control.ready]).then(() => undefined);
