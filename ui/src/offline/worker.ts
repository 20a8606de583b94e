/**
 * The service worker: keeps the dashboard's files of one version, and the newest replies about the last day.
 *
 * Files come from what is kept, so that all are of one version. Data come from the service whenever it answers; only
 * without it does a kept reply stand in, marked with the time it is of. Whoever logs in or out makes all of it vanish.
 */
/// <reference lib="webworker" />

import { isKeptForLater, KEPT_AT, tooOld } from "./rules";

declare const self: ServiceWorkerGlobalScope;
/** Put here by the build: the version, and every file of it. */
declare const __SHELL__: { version: string; files: string[] };

const SHELL_PREFIX = "openvoy-shell-";
const SHELL = SHELL_PREFIX + __SHELL__.version;
const DATA = "openvoy-data";
const WHO = "kept/who";
const ROOT = new URL("./", self.location.href);

/** Changes whenever somebody logs in or out: what was asked before is not kept after. */
let era = 0;

async function forgetAll(): Promise<void> {
  era += 1;
  await caches.delete(DATA);
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
  if (event.data === "take-over") event.waitUntil(self.skipWaiting());
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
  else if (isKeptForLater(path)) event.respondWith(fromService(request, path));
});

async function fromShell(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  return (await cache.match(new URL(path, ROOT))) ?? (await fetch(request));
}

async function fromService(request: Request, path: string): Promise<Response> {
  const asked = era;
  let reply: Response;
  try {
    reply = await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(DATA)).match(request.url);
    if (kept === undefined) throw error;
    return kept;
  }
  if (reply.status === 401) await forgetAll();
  // That there is no such thing, such as prices, is an answer too.
  if ((reply.ok || reply.status === 404) && asked === era) await keep(request, reply.clone(), path).catch(() => undefined);
  return reply;
}

/** Keep a reply with its time; who looks is compared first, so that nobody is shown what somebody else saw. */
async function keep(request: Request, reply: Response, path: string): Promise<void> {
  const asked = era;
  const body = await reply.text();
  if (asked !== era) return;
  if (path === "api/v1/me") await forgetOthers(body);
  const headers = { "Content-Type": "application/json", [KEPT_AT]: reply.headers.get("Date") ?? new Date().toUTCString() };
  const cache = await caches.open(DATA);
  await cache.put(request.url, new Response(body, { headers, status: reply.status }));
  if (path === "api/v1/today") await forgetOld(cache);
}

async function forgetOthers(me: string): Promise<void> {
  const cache = await caches.open(DATA);
  const before = await (await cache.match(WHO))?.text();
  if (before === me) return;
  await caches.delete(DATA);
  await (await caches.open(DATA)).put(WHO, new Response(me));
}

async function forgetOld(cache: Cache): Promise<void> {
  const requests = await cache.keys();
  const times = await Promise.all(requests.map(async (request) => (await cache.match(request))?.headers.get(KEPT_AT) ?? null));
  await Promise.all(tooOld(times).map((index) => cache.delete(requests[index]!)));
}
