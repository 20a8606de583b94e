/** What a table of values, and the file made of it, are built of. */

import type { Maybe } from "../api/types";

export interface Column {
  id: string;
  title: string;
  say: (value: Maybe<number> | undefined) => string;
}

export interface Cell {
  key: string | number;
  label: string;
  href: string | null;
  isEstimated: boolean;
  values: Record<string, Maybe<number>>;
}

/** Hand a text to the browser as a file. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
