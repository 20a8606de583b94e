/** Of which field of the site's form a sentence of the service is. */

export type SiteField = "name" | "time_zone" | "latitude" | "longitude";

const SIGNS: readonly [RegExp, SiteField][] = [
  [/^latitude /, "latitude"],
  [/^longitude /, "longitude"],
  [/^(time_zone |There is no time zone )/, "time_zone"],
  [/^(name |'.*' cannot be a name\.)/s, "name"],
];

/** Null where it is of no field, or of more than one. */
export const fieldOf = (message: string): SiteField | null => SIGNS.find(([sign]) => sign.test(message))?.[1] ?? null;
