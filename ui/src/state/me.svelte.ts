/** Who looks at the page, and what they may do. */

import { changeMe, fetchMe, onForbidden } from "../api/client";
import type { Maybe, MeReply } from "../api/types";
import { forgetKept } from "./kept";

/** How long until a service that did not answer is asked again. */
const AGAIN_MS = 3000;
const LINK = /^#link=([\w-]+)$/;

/** Whether the address lets a tablet in. */
export const isLink = (): boolean => LINK.test(location.hash);

export class Me {
  who = $state.raw<Maybe<MeReply>>(null);
  /** Somebody has to log in before anything is shown. */
  isStranger = $derived(this.who?.right === "nobody");
  isOwner = $derived(this.who?.right === "owner");
  /** Why a tablet's link let nobody in. */
  linkProblem = $state.raw<unknown>(null);
  /** The service does not answer, and nothing is kept from before. */
  isLost = $state(false);

  take(who: MeReply): void {
    this.who = who;
    if (this.isStranger) void forgetKept();
  }

  /** Find out who looks, where it is not known; a tablet's link logs in by itself. */
  async start(): Promise<void> {
    onForbidden(() => void this.refresh());
    const link = LINK.exec(location.hash)?.[1];
    if (link !== undefined) {
      history.replaceState(null, "", "#/");
      await changeMe("login/link", { link }).catch((error: unknown) => (this.linkProblem = error));
    }
    if (this.who === null) await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      this.who = await fetchMe();
      this.isLost = false;
      if (this.isStranger) await forgetKept();
    } catch {
      this.isLost = this.who === null;
      if (this.isLost) setTimeout(() => void this.refresh(), AGAIN_MS);
    }
  }

  async logIn(name: string, password: string): Promise<void> {
    await forgetKept();
    this.who = await changeMe("login", { name, password });
  }

  async logOut(): Promise<void> {
    this.who = await changeMe("logout", {});
    await forgetKept();
  }
}
