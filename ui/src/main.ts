import "./app.css";

import { mount } from "svelte";

import { fetchStart } from "./api/client";
import type { Maybe, Start } from "./api/types";
import App from "./App.svelte";
import { startLanguage } from "./lib/i18n.svelte";
import { install } from "./offline/install.svelte";
import { isLink } from "./state/me.svelte";

/** For so long nothing is drawn, so that what is drawn is whole and stays where it is. */
const PATIENCE_MS = 300;

const asked: Promise<Maybe<Start>> = fetchStart().catch(() => null);
/** Who comes by a link is somebody else once it has let them in. */
const arriving = isLink() ? Promise.resolve(null) : asked;
const late = new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null));
void Promise.all([Promise.race([arriving, late]), startLanguage()]).then(([start]) => {
  mount(App, { target: document.getElementById("app")!, props: { start, arriving } });
  install();
});
