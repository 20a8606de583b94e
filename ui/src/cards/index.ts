/** The cards of the "Now" page in their order; a new card is one component, one line here and one in `later.ts`. */

import type { Component } from "svelte";
import type { Board } from "../state/board.svelte";
import FlowCard from "./FlowCard.svelte";
import GlanceCard from "./GlanceCard.svelte";
import TodayCard from "./TodayCard.svelte";

export interface CardProps {
  board: Board;
}

export interface CardEntry {
  id: string;
  /** Width in px that it likes; a row is filled in proportion to it. */
  width: number;
  /** The same where four cards stand in a row. */
  wide?: number;
  exists(board: Board): boolean;
  /** What is seen first comes with the page, all else once that stands. */
  component?: Component<CardProps>;
}

const always = (): boolean => true;

export const CARDS: readonly CardEntry[] = [
  { id: "glance", width: 2400, exists: always, component: GlanceCard },
  { id: "flow", width: 600, wide: 560, exists: always, component: FlowCard },
  { id: "today", width: 480, exists: always, component: TodayCard },
  { id: "live", width: 600, wide: 700, exists: always },
  { id: "compared", width: 480, exists: always },
  { id: "chart", width: 800, exists: always },
  { id: "storage", width: 330, wide: 340, exists: (board) => board.entry?.hasStorage === true },
  { id: "panels", width: 600, exists: always },
  { id: "meters", width: 480, exists: always },
];
