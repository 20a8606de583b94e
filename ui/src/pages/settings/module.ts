import { texts as setup } from "../setup/texts";
import SettingsPage from "./SettingsPage.svelte";
import { texts } from "./texts";

export default SettingsPage;
export const ready = Promise.all([texts.ready, setup.ready]).then(() => undefined);
