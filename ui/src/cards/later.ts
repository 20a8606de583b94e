/** The cards below the first view, with the charts that they need. */

import type { Component } from "svelte";
import ChartCard from "./ChartCard.svelte";
import ComparedCard from "./ComparedCard.svelte";
import type { CardProps } from "./index";
import LiveCard from "./LiveCard.svelte";
import MetersCard from "./MetersCard.svelte";
import PanelsCard from "./PanelsCard.svelte";
import StorageCard from "./StorageCard.svelte";

export const LATER: Readonly<Record<string, Component<CardProps>>> = {
  live: LiveCard,
  compared: ComparedCard,
  chart: ChartCard,
  storage: StorageCard,
  panels: PanelsCard,
  meters: MetersCard,
};
