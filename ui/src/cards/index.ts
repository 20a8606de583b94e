/** The cards of the "Now" page in their order; a new card is one component and one line here. */

import type { Component } from "svelte";
import type { Board } from "../state/board.svelte";
import ChartCard from "./ChartCard.svelte";
import ComparedCard from "./ComparedCard.svelte";
import FlowCard from "./FlowCard.svelte";
import LiveCard from "./LiveCard.svelte";
import MetersCard from "./MetersCard.svelte";
import PanelsCard from "./PanelsCard.svelte";
import StorageCard from "./StorageCard.svelte";
import TodayCard from "./TodayCard.svelte";

export interface CardProps {
  board: Board;
}

export interface CardEntry {
  id: string;
  component: Component<CardProps>;
  /** Width in px that it likes; a row is filled in proportion to it. */
  width: number;
  exists(board: Board): boolean;
}

const always = (): boolean => true;

export const CARDS: readonly CardEntry[] = [
  { id: "flow", component: FlowCard, width: 600, exists: always },
  { id: "today", component: TodayCard, width: 480, exists: always },
  { id: "live", component: LiveCard, width: 640, exists: always },
  { id: "compared", component: ComparedCard, width: 480, exists: always },
  { id: "chart", component: ChartCard, width: 800, exists: always },
  { id: "storage", component: StorageCard, width: 330, exists: (board) => board.entry?.hasStorage === true },
  { id: "panels", component: PanelsCard, width: 640, exists: always },
  { id: "meters", component: MetersCard, width: 520, exists: always },
];
