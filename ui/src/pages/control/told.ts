/** Changes that history tells of in a sentence of the service. */

import type { Maybe } from "../../api/types";
import type { Change, Setting } from "./api";

const SENTENCE = /^[a-z]+\.[a-z-]+, (.+): [a-z ]+\.$/;
const CHANGE = /^([\w-]+): (.*) → (.*)$/;
const WORDS: Record<string, Setting> = { True: true, False: false, None: null };

function parseSetting(text: string): Setting {
  if (text in WORDS) return WORDS[text]!;
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The changes that an event of history tells of; null where it says something else. */
export function parseChanges(text: string): Maybe<Change[]> {
  const found = SENTENCE.exec(text)?.[1]?.split(", ").map((one) => CHANGE.exec(one));
  if (found === undefined) return null;
  const changes = found.flatMap((one) => (one === null ? [] : [{ name: one[1]!, before: parseSetting(one[2]!), after: parseSetting(one[3]!) }]));
  return changes.length === found.length ? changes : null;
}
