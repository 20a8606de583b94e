/** Asks once for what the last day needs, so that the service worker keeps it although nobody opened that page. */

import { fetchCompared, fetchGateways, fetchMe, fetchSite, fetchToday } from "../api/client";
import { dateOf, periodOf } from "../pages/history/period";

export async function warm(): Promise<void> {
  try {
    const [site, who] = await Promise.all([fetchSite(), fetchMe()]);
    if (who.right === "nobody") return;
    const names = (await fetchGateways()).map(({ name }) => name);
    const first = names.length > 1 ? names[0] : undefined;
    const [{ end }] = await Promise.all([fetchToday(first), fetchCompared(first)]);
    const { fetchCosts, fetchEnergy } = await import("../pages/history/api");
    const today = dateOf((typeof end === "number" ? end * 1000 : Date.parse(end)) - 1, site.time_zone);
    const day = periodOf("day", today, today);
    await Promise.allSettled([fetchEnergy(day, day.bar, undefined), fetchCosts(day, undefined)]);
  } catch {
    // It was only for later.
  }
}
