/** Says beside a field what is wrong with it: the browser's own bubble speaks its own language and goes away by itself. */

import { t } from "./texts";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
const MARK = "field-problem";

function problemOf(field: Field): string {
  const { validity } = field;
  if (validity.valueMissing || isBlank(field)) return t("field.missing");
  if (validity.valid) return "";
  if (validity.tooShort) return t("field.short", { count: (field as HTMLInputElement).minLength });
  if (validity.typeMismatch) return t("field.email");
  return field.validationMessage;
}

/** A password may be of spaces alone. */
const isBlank = (field: Field): boolean => field.required && field.type !== "password" && field.value.trim() === "" && !(field instanceof HTMLSelectElement);

function tell(field: Field, problem: string): void {
  const label = field.closest("label") ?? field;
  if (label.nextElementSibling?.classList.contains(MARK)) label.nextElementSibling.remove();
  field.toggleAttribute("aria-invalid", false);
  field.removeAttribute("aria-describedby");
  if (problem === "") return;
  const note = document.createElement("small");
  note.className = MARK;
  note.id = `problem-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  note.setAttribute("role", "alert");
  note.textContent = problem;
  label.after(note);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", note.id);
}

/** For a form: it is not submitted before each of its fields may be, and the first wrong one has the focus. */
export function validated(form: HTMLFormElement): () => void {
  const fields = (): Field[] =>
    [...form.elements].filter((one): one is Field => "validity" in one && !(one instanceof HTMLButtonElement) && !(one instanceof HTMLFieldSetElement));

  function check(event: SubmitEvent): void {
    const wrong = fields().filter((field) => problemOf(field) !== "");
    for (const field of fields()) tell(field, problemOf(field));
    if (wrong.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong[0]?.focus();
  }

  function relieve(event: Event): void {
    const field = event.target as Field;
    if (field.hasAttribute("aria-invalid") && problemOf(field) === "") tell(field, "");
  }

  /** Who leaves a form without sending it need not read what is wrong with it. */
  function leave({ target }: Event): void {
    if (!(target as Element).closest("button")?.formNoValidate) return;
    for (const field of fields()) tell(field, "");
  }

  form.noValidate = true;
  form.addEventListener("submit", check, { capture: true });
  form.addEventListener("input", relieve);
  form.addEventListener("click", leave);
  return () => {
    form.removeEventListener("submit", check, { capture: true });
    form.removeEventListener("input", relieve);
    form.removeEventListener("click", leave);
  };
}
