/** What was before each step of an editor, to be taken back and done again. */

export interface Past<T> {
  before: readonly T[];
  now: T;
  after: readonly T[];
}

/** Older ones are forgotten. */
export const MOST = 200;

export const begun = <T>(now: T): Past<T> => ({ before: [], now, after: [] });

/** A step; one that changes nothing is none, and what was taken back before it is gone. */
export function done<T>({ before, now, after }: Past<T>, next: T): Past<T> {
  if (JSON.stringify(next) === JSON.stringify(now)) return { before, now, after };
  return { before: [...before, now].slice(-MOST), now: next, after: [] };
}

export function undone<T>({ before, now, after }: Past<T>): Past<T> {
  const last = before.at(-1);
  return last === undefined ? { before, now, after } : { before: before.slice(0, -1), now: last, after: [now, ...after] };
}

export function redone<T>({ before, now, after }: Past<T>): Past<T> {
  const [next, ...rest] = after;
  return next === undefined ? { before, now, after } : { before: [...before, now], now: next, after: rest };
}
