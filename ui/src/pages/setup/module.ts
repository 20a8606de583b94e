import FirstRun from "./FirstRun.svelte";
import { texts } from "./texts";

export default FirstRun;
export const ready = texts.ready;
