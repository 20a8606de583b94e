/** The page's side of the service worker, which is installed when the page has settled; and a new version is offered. */

const SETTLED_MS = 2000;
const LOOK_AGAIN_MS = 3600_000;

let registration: ServiceWorkerRegistration | null = null;
let waiting = $state.raw<ServiceWorker | null>(null);
/** Without a service worker: whether the service has another page than this one. */
let isOther = $state(false);

/** Whether a newer version of the dashboard waits to be shown. */
export function isNewer(): boolean {
  return waiting !== null || isOther;
}

/** Look whether there is a newer version: a service that was away may have come back with one. */
export async function lookForNewer(): Promise<boolean> {
  if (registration !== null) await registration.update();
  else isOther = await isPageOther();
  return isNewer();
}

/** Show the newer version. */
export function takeOver(): void {
  if (waiting === null) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take-over");
}

/** Browsers have service workers over https and on this machine only; without one the page needs the service. */
export function install(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  setTimeout(() => void register().catch(() => undefined), SETTLED_MS);
}

async function register(): Promise<void> {
  const worker = await navigator.serviceWorker.register(new URL("worker.js", document.baseURI), { updateViaCache: "none" });
  const look = (): void => {
    // Without a version in use before, the first one is no news.
    if (worker.waiting !== null && navigator.serviceWorker.controller !== null) waiting = worker.waiting;
  };
  look();
  worker.addEventListener("updatefound", () => worker.installing?.addEventListener("statechange", look));
  registration = worker;
  setInterval(() => void worker.update().catch(() => undefined), LOOK_AGAIN_MS);
  await isInControl();
  await (await import("./warm")).warm();
}

/** The first service worker takes over pages that came before it. */
async function isInControl(): Promise<void> {
  if (navigator.serviceWorker.controller !== null) return;
  await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}

async function isPageOther(): Promise<boolean> {
  const reply = await fetch(new URL(".", document.baseURI), { cache: "no-cache" });
  const [own, now] = [document, new DOMParser().parseFromString(await reply.text(), "text/html")].map(scriptOf);
  return reply.ok && now !== null && own !== now;
}

/** The build names a page's script by what is in it. */
function scriptOf(page: Document): string | null {
  return page.querySelector('script[type="module"]')?.getAttribute("src") ?? null;
}
