/** What a change did, in words. */

import { t as common } from "../../lib/i18n.svelte";
import type { Change } from "./api";
import { t } from "./texts";
import { plainName, show } from "./words";

/** "reserve: 20 % → 30 %"; `unit` says that of a setting. */
export function sayChanges(changes: readonly Change[], unit: (name: string) => string = () => ""): string {
  const words = { yes: common("yes"), no: common("no") };
  return changes
    .map(({ name, before, after }) => {
      const [from, to] = [before, after].map((value) => show(value, unit(name), words));
      return t("setting", { name: plainName(name), value: `${from} → ${to}` });
    })
    .join(" · ");
}
