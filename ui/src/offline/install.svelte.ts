/** The page's side of the service worker: it is installed when the page has settled, and a new version is offered. */

const SETTLED_MS = 2000;
const LOOK_AGAIN_MS = 3600_000;

let waiting = $state.raw<ServiceWorker | null>(null);

/** Whether a newer version of the dashboard waits to be shown. */
export function isNewer(): boolean {
  return waiting !== null;
}

/** Show the newer version. */
export function takeOver(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting?.postMessage("take-over");
}

/** Browsers have service workers over https and on this machine only; without one the page needs the service. */
export function install(): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  setTimeout(() => void register().catch(() => undefined), SETTLED_MS);
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register(new URL("worker.js", document.baseURI), { updateViaCache: "none" });
  const look = (): void => {
    // Without a version in use before, the first one is no news.
    if (registration.waiting !== null && navigator.serviceWorker.controller !== null) waiting = registration.waiting;
  };
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  setInterval(() => void registration.update().catch(() => undefined), LOOK_AGAIN_MS);
  await isInControl();
  await (await import("./warm")).warm();
}

/** The first service worker takes over pages that came before it. */
async function isInControl(): Promise<void> {
  if (navigator.serviceWorker.controller !== null) return;
  await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
}
