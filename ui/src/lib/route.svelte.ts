/** Which page is shown: the part of the address after `#/`, so that a reload and a bookmark find it again. */

export interface Route {
  page: string;
  /** What stands after `?`, such as the day of a chart. */
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { page: path, query: new URLSearchParams(query) };
}

export function routeHref(page: string, query: Record<string, string | number | undefined> = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(given).toString();
  return `#/${page}${text === "" ? "" : `?${text}`}`;
}

let current = $state.raw<Route>(parseRoute(typeof location === "undefined" ? "" : location.hash));
if (typeof window !== "undefined") window.addEventListener("hashchange", () => open(parseRoute(location.hash)));

/** Another page begins at its top; another day of the same one stays where it is. */
function open(next: Route): void {
  if (next.page !== current.page) scrollTo(0, 0);
  current = next;
}

export function route(): Route {
  return current;
}

/** Go to a page; with `replace` the way back leads past it. */
export function go(page: string, query: Record<string, string | number | undefined> = {}, replace = false): void {
  const href = routeHref(page, query);
  if (replace) {
    history.replaceState(null, "", href);
    open(parseRoute(href));
  } else location.hash = href;
}
