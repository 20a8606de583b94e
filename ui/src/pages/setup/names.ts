/** What a gateway is called where nobody has named it. */

const FIRST = "home";

/** A name that none of these has. */
export function freeName(taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  if (!used.has(FIRST)) return FIRST;
  for (let number = 2; ; number++) if (!used.has(`gateway-${number}`)) return `gateway-${number}`;
}
