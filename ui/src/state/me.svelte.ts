/** Who looks at the page, and what they may do. */

import { changeMe, fetchMe, onForbidden } from "../api/client";
import type { Maybe, MeReply } from "../api/types";

const LINK = /^#link=([\w-]+)$/;

export class Me {
  who = $state.raw<Maybe<MeReply>>(null);
  /** Somebody has to log in before anything is shown. */
  isStranger = $derived(this.who?.right === "nobody");
  isOwner = $derived(this.who?.right === "owner");

  /** Find out who looks; a tablet's link logs in by itself. */
  async start(): Promise<void> {
    onForbidden(() => void this.refresh());
    const link = LINK.exec(location.hash)?.[1];
    if (link !== undefined) {
      history.replaceState(null, "", "#/");
      await changeMe("login/link", { link }).catch(() => undefined);
    }
    await this.refresh();
  }

  async refresh(): Promise<void> {
    this.who = await fetchMe().catch(() => this.who);
  }

  async logIn(name: string, password: string): Promise<void> {
    this.who = await changeMe("login", { name, password });
  }

  async logOut(): Promise<void> {
    this.who = await changeMe("logout", {});
  }
}
