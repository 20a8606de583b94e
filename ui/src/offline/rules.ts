/** What is kept for when the service cannot be reached, and for how long. */

/** Where a browser keeps it: replies by their address, and what pages heard by the stream. */
export const DATA_CACHE = "openvoy-data";
export const UPDATES = "kept/updates";
/** What a page tells its service worker. */
export type Said = "take-over" | { updates: unknown };
/** The first that a page asks for; it says who looks. */
export const START = "api/v1/start";

/** On a reply that was kept: the service's time when it came. */
export const KEPT_AT = "X-Openvoy-Kept-At";
const KEPT_MS = 26 * 3600_000;
const MOST_REPLIES = 80;

/** What "Now" and "History" show; whatever controls, configures or is of accounts never stays. */
const KEPT = /^api\/v1\/(me|site|today|today\/compared|history\/(live|power|energy)|costs)$/;

export function isKeptForLater(path: string): boolean {
  return KEPT.test(path);
}

/** Which replies, by their times, go: those of a day before the newest, and the oldest of too many. */
export function tooOld(times: readonly (string | null)[]): number[] {
  const dated = times.flatMap((time, index) => (time === null ? [] : [{ index, at_ms: Date.parse(time) }]));
  dated.sort((left, right) => right.at_ms - left.at_ms);
  const newest_ms = dated[0]?.at_ms ?? 0;
  return dated.filter(({ at_ms }, rank) => rank >= MOST_REPLIES || newest_ms - at_ms > KEPT_MS).map(({ index }) => index);
}
