/** Whether this browser began to set up a service and has not come to the end of it: a reload goes on there. */

const STORED = "openvoy.first-run";

export const isUnfinished = (): boolean => localStorage.getItem(STORED) !== null;

export function setUnfinished(is: boolean): void {
  if (is) localStorage.setItem(STORED, "password");
  else localStorage.removeItem(STORED);
}
