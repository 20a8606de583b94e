import "./app.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { startLanguage } from "./lib/i18n.svelte";
import { install } from "./offline/install.svelte";

await startLanguage();
mount(App, { target: document.getElementById("app")! });
install();
