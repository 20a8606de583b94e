import { isUnfinished, setUnfinished } from "../../state/first-run";
import { findSetup, untilStarted, type SetupState } from "./api";
import FirstRun from "./FirstRun.svelte";
import { texts } from "./texts";

export default FirstRun;
export const ready = texts.ready;

/** What an earlier visit has saved, if it ended before the password; what is not there any more is forgotten. */
export async function findUnfinished(): Promise<SetupState | null> {
  if (!isUnfinished()) return null;
  // The service begins anew with what was saved, and answers nobody meanwhile.
  const state = await findSetup().catch(() => untilStarted(-1));
  if (state !== null && state.gateways.length > 0) return state.is_pending ? await untilStarted(state.starts) : state;
  setUnfinished(false);
  return null;
}
