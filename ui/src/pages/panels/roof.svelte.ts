/** The layout as it is kept, and as somebody changes it. */

import type { Maybe } from "../../api/types";
import { Asking } from "../../lib/asking.svelte";
import { fetchLayout, keepLayout } from "./api";
import { complete, grouped, turned, type Layout } from "./array";
import { landed } from "./lying";
import { begun, done, redone, undone, type Past } from "./past";

const BARE: Layout = { panels: [], groups: [] };

/** What somebody was laying out when they went to another page, and of which panels. */
let left: Maybe<{ of: string; draft: Past<Layout> }> = null;

export class Roof {
  #kept = new Asking<Layout>();
  #draft = $state.raw<Maybe<Past<Layout>>>(null);
  /** What is being dragged; it is no step before it is let go. */
  #moving = $state.raw<Maybe<Layout>>(null);
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  #serials: () => readonly string[];
  #aspect: () => number;
  #shown = $derived.by(() => this.#moving ?? this.#draft?.now ?? complete(this.#kept.answer ?? BARE, this.#serials(), this.#aspect()));

  /** `aspect`: how wide the rows of panels are that nobody laid out yet, in their height. */
  constructor(serials: () => readonly string[], aspect: () => number) {
    this.#serials = serials;
    this.#aspect = aspect;
  }

  get layout(): Layout {
    return this.#shown;
  }

  get isEditing(): boolean {
    return this.#draft !== null;
  }

  /** What is kept is known: to lay out anything else would replace it. */
  get isKnown(): boolean {
    return this.#kept.answer !== null;
  }

  get trouble(): Maybe<string> {
    return this.#kept.trouble;
  }

  load(): () => void {
    if (left !== null && left.of === this.#of()) this.#draft = left.draft;
    return this.#kept.ask("", fetchLayout);
  }

  #of(): string {
    return this.#serials().join(" ");
  }

  edit(): void {
    this.#draft = begun(this.layout);
  }

  stop(): void {
    this.#draft = this.#moving = left = null;
    this.chosen = new Set();
  }

  /** Show it for as long as it is dragged. */
  move(next: Layout): void {
    if (this.isEditing) this.#moving = next;
  }

  change(next: Layout): void {
    this.#moving = null;
    if (this.#draft !== null) this.#take(done(this.#draft, next));
  }

  get canUndo(): boolean {
    return (this.#draft?.before.length ?? 0) > 0;
  }

  get canRedo(): boolean {
    return (this.#draft?.after.length ?? 0) > 0;
  }

  undo(): void {
    if (this.#draft !== null && this.#moving === null) this.#take(undone(this.#draft));
  }

  redo(): void {
    if (this.#draft !== null && this.#moving === null) this.#take(redone(this.#draft));
  }

  #take(draft: Past<Layout>): void {
    this.#draft = draft;
    left = { of: this.#of(), draft };
  }

  choose(serials: Iterable<string>): void {
    this.chosen = new Set(serials);
  }

  chooseAll(): void {
    this.choose(this.chosen.size === this.#serials().length ? [] : this.#serials());
  }

  chooseGroup(name: string): void {
    this.choose(this.layout.panels.flatMap(({ serial, group }) => (group === name ? [serial] : [])));
  }

  turn(by_deg: number): void {
    this.change(landed(turned(this.layout, this.chosen, by_deg), this.chosen));
  }

  group(name: string): void {
    this.change(grouped(this.layout, this.chosen, name));
  }

  /** Keep it on the server; panels of other gateways stay where they are. */
  async keep(): Promise<void> {
    const draft = this.#draft?.now ?? null;
    const kept = this.#kept.answer;
    if (draft === null || kept === null) return;
    const others = kept.panels.filter(({ serial }) => !this.#serials().includes(serial));
    const groups = [...new Set([...draft.groups, ...others.map(({ group }) => group).filter((name) => name !== "")])];
    try {
      this.#kept.answer = await keepLayout({ panels: [...draft.panels, ...others], groups }, kept);
    } catch (error) {
      // Whoever keeps theirs once more knows that it replaces what somebody else kept.
      this.#kept.answer = await fetchLayout().catch(() => kept);
      throw error;
    }
    this.stop();
  }
}
