/** The wizard's steps in the browser's own history: its way back leads to the step before, and a reload keeps the address. */

interface Kept {
  step: number;
  host: string;
}

const read = (state: unknown): Kept => ({ step: 0, host: "", ...(state as Partial<Kept> | null) });

/** Begin with the first step; gives the address that was typed before a reload. */
export function begin(): string {
  const { host } = read(history.state);
  history.replaceState({ step: 0, host } satisfies Kept, "");
  return host;
}

/** The address is known: a reload finds it again. */
export function keep(host: string): void {
  history.replaceState({ ...read(history.state), host } satisfies Kept, "");
}

export function reach(step: number): void {
  history.pushState({ ...read(history.state), step } satisfies Kept, "");
}

/** The step to which somebody went back. */
export const stepOf = (state: unknown): number => read(state).step;
