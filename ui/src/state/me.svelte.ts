/** Who looks at the page, and what they may do. */

import { changeMe, fetchMe, onForbidden } from "../api/client";
import type { Maybe, MeReply } from "../api/types";
import { forgetKept } from "./kept";

/** How long until a service that did not answer is asked again. */
const AGAIN_MS = 3000;
/** Where pages of one browser tell each other that somebody has come or gone. */
const CHANNEL = "openvoy.me";
const LINK = /^#link=([\w-]+)$/;

/** Whether the address lets a tablet in. */
export const isLink = (): boolean => LINK.test(location.hash);

/** Before there were accounts an owner had no name. */
const isSamePerson = (before: MeReply, now: MeReply): boolean =>
  before.right === now.right && (before.name === now.name || before.via === "open");

export class Me {
  who = $state.raw<Maybe<MeReply>>(null);
  /** Who was in when the login ended by itself: their page waits for them, in memory only. */
  absent = $state.raw<Maybe<MeReply>>(null);
  /** Grows when somebody else comes in, who finds nothing of what was there before. */
  visit = $state(0);
  /** Somebody has to log in before anything is shown. */
  isStranger = $derived(this.who?.right === "nobody");
  /** So is a page that waits for its owner. */
  isOwner = $derived((this.absent ?? this.who)?.right === "owner");
  #others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
  /** Why a tablet's link let nobody in. */
  linkProblem = $state.raw<unknown>(null);
  /** The service does not answer, and nothing is kept from before. */
  isLost = $state(false);

  take(who: MeReply): void {
    const before = this.absent ?? this.who;
    this.who = who;
    if (this.isStranger) {
      this.absent = before?.right === "nobody" ? null : before;
      void forgetKept();
      return;
    }
    if (before !== null && before.right !== "nobody" && !isSamePerson(before, who)) this.visit += 1;
    this.absent = null;
  }

  /** Find out who looks, where it is not known; a tablet's link logs in by itself. */
  async start(): Promise<void> {
    onForbidden(() => void this.refresh());
    if (this.#others !== null) this.#others.onmessage = () => void this.refresh();
    const link = LINK.exec(location.hash)?.[1];
    if (link !== undefined) {
      history.replaceState(null, "", "#/");
      await changeMe("login/link", { link }).catch((error: unknown) => (this.linkProblem = error));
    }
    if (this.who === null) await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      this.take(await fetchMe());
      this.isLost = false;
    } catch {
      this.isLost = this.who === null;
      if (this.isLost) setTimeout(() => void this.refresh(), AGAIN_MS);
    }
  }

  async logIn(name: string, password: string): Promise<void> {
    await forgetKept();
    this.take(await changeMe("login", { name, password }));
    this.#others?.postMessage(null);
  }

  async logOut(): Promise<void> {
    this.who = await changeMe("logout", {});
    this.#others?.postMessage(null);
    this.absent = null;
    await forgetKept();
  }
}
