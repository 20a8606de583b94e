/** What is wrong with a panel, in words. */

export interface Fault {
  serial: string;
  kind: "silent" | "weak" | "reported";
  text: string;
}
