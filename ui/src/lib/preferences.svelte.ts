/** What a person chose for this browser: clock and units. Language and colours are kept beside it. */

import { parseChoices, type Choices } from "./format";

const STORED = "openvoy.choices";

let current = $state.raw<Choices>(parseChoices(typeof localStorage === "undefined" ? null : localStorage.getItem(STORED)));

export function choices(): Choices {
  return current;
}

export function choose(change: Partial<Choices>): void {
  current = { ...current, ...change };
  localStorage.setItem(STORED, JSON.stringify(current));
}
