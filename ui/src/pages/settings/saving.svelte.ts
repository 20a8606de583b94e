/** The configuration on screen, and saving a change of it. */

import { fetchSetup, findSetup, untilStarted, type SetupState } from "../setup/api";

export class Saving {
  state = $state.raw<SetupState | null>(null);
  /** A demo, and a service that was put together by a program, have nothing to set. */
  isWithout = $state(false);
  problem = $state.raw<unknown>(null);
  /** The part that is being saved. */
  busy = $state<string | null>(null);
  /** The part whose problem it is, or that was saved last. */
  part = $state<string | null>(null);
  isSaved = $state(false);

  async load(): Promise<void> {
    try {
      this.state = await findSetup();
      this.isWithout = this.state === null;
      this.problem = null;
    } catch (error) {
      this.problem = error;
      this.part = "";
    }
  }

  /** What was wrong with a part is not said of what is written now. */
  forget(part: string): void {
    if (this.part === part && this.busy === null) [this.problem, this.isSaved] = [null, false];
  }

  /** Save, and wait until the service has begun anew; False where it was refused. */
  async save(part: string, change: (version: string) => Promise<SetupState>): Promise<boolean> {
    const before = this.state;
    if (before === null || this.busy !== null) return false;
    [this.busy, this.part, this.problem, this.isSaved] = [part, part, null, false];
    try {
      const { starts } = await change(before.version);
      this.state = await untilStarted(starts);
      this.isSaved = true;
    } catch (error) {
      this.problem = error;
      // What was looked at may be old; what was typed stays in its form.
      this.state = await fetchSetup().catch(() => this.state);
    } finally {
      this.busy = null;
    }
    return this.isSaved;
  }
}
