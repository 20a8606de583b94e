import ControlPage from "./ControlPage.svelte";
import { texts } from "./texts";

export default ControlPage;
export const ready = texts.ready;
