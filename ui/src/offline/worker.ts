/**
 * The service worker: keeps the dashboard's files of one version, and the newest replies about the last day.
 *
 * Files come from what is kept, so that all are of one version. Data come from the service whenever it answers; only
 * without it does a kept reply stand in, marked with the time it is of. Whoever logs in or out makes all of it vanish.
 */
/// <reference lib="webworker" />

import type { MeReply, Start } from "../api/types";
import { DATA_CACHE, isKeptForLater, KEPT_AT, type Said, START, tooOld, UPDATES } from "./rules";

declare const self: ServiceWorkerGlobalScope;
/** Put here by the build: the version, and every file of it. */
declare const __SHELL__: { version: string; files: string[] };

const SHELL_PREFIX = "openvoy-shell-";
const SHELL = SHELL_PREFIX + __SHELL__.version;
const WHO = "kept/who";
const ROOT = new URL("./", self.location.href);

/** Changes whenever somebody logs in or out: what was asked before is not kept after. */
let era = 0;
/** Settles once all that was asked before is kept: a page asks first who looks, so that is compared before the rest. */
let kept: Promise<unknown> = Promise.resolve();

/** Do it after what was asked before; what fails is not kept. */
function inOrder(event: ExtendableEvent, step: () => Promise<void>): void {
  kept = kept.then(step).catch(() => undefined);
  event.waitUntil(kept);
}

async function forgetAll(): Promise<void> {
  era += 1;
  await caches.delete(DATA_CACHE);
}

self.addEventListener("install", (event) => {
  const requests = ["./", ...__SHELL__.files].map((file) => new Request(new URL(file, ROOT), { cache: "no-cache" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(SHELL_PREFIX) && name !== SHELL).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  const said = event.data as Said;
  if (said === "take-over") event.waitUntil(self.skipWaiting());
  else keepUpdates(event, JSON.stringify(said.updates));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== ROOT.origin || !url.pathname.startsWith(ROOT.pathname)) return;
  const path = url.pathname.slice(ROOT.pathname.length);
  if (request.method !== "GET") {
    if (/^api\/v1\/(login|logout)/.test(path)) event.respondWith(forgetAll().then(() => fetch(request)).finally(forgetAll));
    return;
  }
  if (request.mode === "navigate") {
    if (path === "" || path === "index.html") event.respondWith(fromShell("./", request));
  } else if (__SHELL__.files.includes(path)) event.respondWith(fromShell(path, request));
  else if (path === START || isKeptForLater(path)) event.respondWith(fromService(event, path));
});

async function fromShell(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  return (await cache.match(new URL(path, ROOT))) ?? (await fetch(request));
}

async function fromService(event: FetchEvent, path: string): Promise<Response> {
  const { request } = event;
  const asked = era;
  const arriving = fetch(request);
  const copy = arriving.then((reply) => reply.clone(), () => null);
  inOrder(event, async () => keep(asked, request.url, path, await copy));
  try {
    return await arriving;
  } catch (error) {
    const before = await (await caches.open(DATA_CACHE)).match(request.url);
    if (before === undefined) throw error;
    return before;
  }
}

/** Keep a reply with its time; who looks is compared first, so that nobody is shown what somebody else saw. */
async function keep(asked: number, url: string, path: string, reply: Response | null): Promise<void> {
  if (reply?.status === 401) await forgetAll();
  // That there is no such thing, such as prices, is an answer too.
  if (reply === null || !(reply.ok || (reply.status === 404 && path !== START))) return;
  const body = await reply.text();
  if (asked !== era) return;
  if (path === START) return void (await forgetOthers((JSON.parse(body) as Start).me));
  if (path === "api/v1/me" && !(await forgetOthers(JSON.parse(body) as MeReply))) return;
  const headers = { "Content-Type": "application/json", [KEPT_AT]: reply.headers.get("Date") ?? new Date().toUTCString() };
  const cache = await caches.open(DATA_CACHE);
  await cache.put(url, new Response(body, { headers, status: reply.status }));
  if (path === "api/v1/today") await forgetOld(cache);
}

/** Keep what a page knows by its stream, which passes by here. */
function keepUpdates(event: ExtendableEvent, body: string): void {
  const asked = era;
  inOrder(event, async () => {
    const cache = await caches.open(DATA_CACHE);
    if (asked === era) await cache.put(UPDATES, new Response(body, { headers: { "Content-Type": "application/json" } }));
  });
}

/** Forget what others saw; says whether to keep anything: nothing for nobody, as a login without the service leads nowhere. */
async function forgetOthers(who: MeReply): Promise<boolean> {
  const me = JSON.stringify(who);
  const before = await (await (await caches.open(DATA_CACHE)).match(WHO))?.text();
  if (before === me) return true;
  await caches.delete(DATA_CACHE);
  if (who.right === "nobody") return false;
  await (await caches.open(DATA_CACHE)).put(WHO, new Response(me));
  return true;
}

async function forgetOld(cache: Cache): Promise<void> {
  const requests = await cache.keys();
  const times = await Promise.all(requests.map(async (request) => (await cache.match(request))?.headers.get(KEPT_AT) ?? null));
  await Promise.all(tooOld(times).map((index) => cache.delete(requests[index]!)));
}
