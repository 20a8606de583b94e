/** A form of one integration: what stands in it, and what is sent of it. */

import type { FormField, FormValue, Integration } from "./api";

/** As an input has it. */
export type Typed = string | boolean;

const shown = (value: FormValue): string => (value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value));

/** What an input begins with: the written value, else nothing, so that its default shows through. */
export function typedOf(field: FormField, entry: Integration | null): Typed {
  const written = entry?.values[field.name] ?? null;
  if (field.input === "flag") return written === null ? field.default === true : written === true;
  return field.input === "secret" ? "" : shown(written);
}

/** What shows through an empty input. */
export const defaultOf = (field: FormField): string => shown(field.default);

function valueOf(field: FormField, typed: Typed): FormValue {
  if (typeof typed === "boolean") return typed;
  const text = typed.trim();
  if (text === "") return null;
  if (field.input === "texts") return text.split(",").map((word) => word.trim()).filter((word) => word !== "");
  // What is no number is sent as it is: the service says what is wrong with it.
  return field.input === "whole" || field.input === "number" ? (Number.isNaN(Number(text)) ? text : Number(text)) : text;
}

/** What differs from what is written; a secret is sent only where one was typed. */
export function changesOf(fields: FormField[], typed: Record<string, Typed>, entry: Integration | null): Record<string, FormValue> {
  const changes: Record<string, FormValue> = {};
  for (const field of fields) {
    const now = typed[field.name] ?? "";
    if (now !== typedOf(field, entry)) changes[field.name] = valueOf(field, now);
  }
  return changes;
}
