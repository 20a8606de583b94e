/** The pages in the order of the navigation; a new one is a folder and a line here. Each is loaded when it is opened. */

import type { Component } from "svelte";
import type { IconName } from "../components/icons";
import type { Key } from "../lib/i18n.svelte";
import type { Me } from "../state/me.svelte";
import type { Board } from "../state/board.svelte";
import NowPage from "./now/NowPage.svelte";

export interface PageProps {
  board: Board;
  me: Me;
}

export interface PageModule {
  default: Component<PageProps>;
  /** Settles once its texts are there. */
  ready?: Promise<void>;
}

export interface PageEntry {
  id: string;
  icon: IconName;
  title: Key;
  /** Where there is little room. */
  short?: Key;
  load(): Promise<PageModule> | PageModule;
}

export const PAGES: readonly PageEntry[] = [
  { id: "", icon: "solar", title: "now.title", short: "nav.now_short", load: () => ({ default: NowPage }) },
  { id: "history", icon: "history", title: "history.title", short: "nav.history_short", load: () => import("./history/module") },
  { id: "panels", icon: "panels", title: "panels.title", load: () => import("./panels/module") },
  { id: "meters", icon: "meters", title: "meters.title", short: "nav.meters_short", load: () => import("./meters/module") },
  { id: "devices", icon: "devices", title: "nav.devices", short: "nav.devices_short", load: () => import("./devices/module") },
  { id: "control", icon: "battery", title: "nav.control", short: "nav.control_short", load: () => import("./control/module") },
  { id: "settings", icon: "settings", title: "nav.settings", short: "nav.settings_short", load: () => import("./settings/module") },
];
