/** What this browser keeps of the last day, for when the service cannot be reached; its service worker does the keeping. */

import type { GatewayStatus, Maybe, Snapshot, Update } from "../api/types";
import { DATA_CACHE, type Said, UPDATES } from "../offline/rules";

const EVERY_MS = 60_000;

interface Kept {
  at_ms: number;
  updates: Update[];
}

let keptAt_ms = 0;
let keptCount = 0;
let isOpen = false;

/** Somebody looks who may. */
export function openKept(): void {
  isOpen = true;
}

/** Caches exist only where pages are safe from others on the network: https, or this machine. */
function exists(): boolean {
  return typeof caches !== "undefined" && "serviceWorker" in navigator;
}

/** Keep the newest of every gateway, once a minute. */
export function keepUpdates(now_ms: number, all: () => { status: GatewayStatus; snapshot: Maybe<Snapshot> }[]): void {
  const worker = isOpen && exists() ? navigator.serviceWorker.controller : null;
  if (worker === null) return;
  const updates = all().flatMap(({ status, snapshot }) => (snapshot === null ? [] : [{ status, snapshot }]));
  // Gateways are told one after the other: those that were not known yet are kept at once.
  if (updates.length === 0 || (Math.abs(now_ms - keptAt_ms) < EVERY_MS && updates.length === keptCount)) return;
  [keptAt_ms, keptCount] = [now_ms, updates.length];
  worker.postMessage({ updates: { at_ms: now_ms, updates } satisfies Kept } satisfies Said);
}

export async function readKept(): Promise<Maybe<Kept>> {
  if (!exists()) return null;
  try {
    const reply = await (await caches.open(DATA_CACHE)).match(UPDATES);
    return reply === undefined ? null : ((await reply.json()) as Kept);
  } catch {
    return null;
  }
}

/** Somebody logs out: nothing of theirs stays. */
export async function forgetKept(): Promise<void> {
  [keptAt_ms, isOpen] = [0, false];
  if (exists()) await caches.delete(DATA_CACHE).catch(() => false);
}
