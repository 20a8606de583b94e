/** People, programs and tablets that may see the dashboard, and who is handed data on to. */

import { read, send } from "../../api/client";
import type { Maybe, MeReply } from "../../api/types";
import type { SetupState } from "../setup/api";

export interface Account {
  name: string;
  right: "owner" | "viewer";
  created_at: string;
}

export interface Key {
  id: string;
  name: string;
  kind: "key" | "link";
  right: "owner" | "viewer";
  created_at: string;
}

export interface Exporter {
  name: string;
  kind: string;
  receiver: string;
  state: "starting" | "ok" | "trouble";
  delivered_count: number;
  delivered_at: Maybe<string>;
  problem: Maybe<string>;
  hint: Maybe<string>;
}

export type FormValue = string | boolean | number | string[] | null;

export interface FormField {
  name: string;
  input: "text" | "texts" | "flag" | "whole" | "number" | "secret";
  text: string;
  default: FormValue;
  /** What it may be; empty where that is not a few words. */
  choices: string[];
}

export interface IntegrationKind {
  section: string;
  is_list: boolean;
  by_default: boolean;
  fields: FormField[];
}

export interface Integration {
  section: string;
  /** Among several of its kind. */
  place: Maybe<number>;
  values: Record<string, FormValue>;
  /** Secrets that are kept; they are never told. */
  kept: string[];
}

export interface Integrations {
  kinds: IntegrationKind[];
  entries: Integration[];
}

export const fetchAccounts = (): Promise<Account[]> => read("accounts");
export const removeAccount = (name: string): Promise<Account[]> => send("DELETE", "accounts", {}, { name });
export const fetchKeys = (): Promise<Key[]> => read("keys");
export const issueKey = (name: string, kind: Key["kind"], right: Key["right"]): Promise<{ key: Key; shown: string }> =>
  send("POST", "keys", { name, kind, right });
export const revokeKey = (id: string): Promise<Key[]> => send("DELETE", "keys", {}, { id });
export const changePassword = (old_password: string, new_password: string): Promise<MeReply> =>
  send("PUT", "me/password", { old_password, new_password });
export const fetchExporters = (): Promise<Exporter[]> => read("exporters");
export const fetchIntegrations = (): Promise<Integrations> => read("setup/integrations");
export const putIntegration = (
  section: string,
  place: Maybe<number>,
  values: Record<string, FormValue>,
  version: string,
): Promise<SetupState> => send("PUT", "setup/integrations", { section, place, values, version });
export const removeIntegration = ({ section, place }: Integration, version: string): Promise<SetupState> =>
  send("DELETE", "setup/integrations", {}, { section, version, ...(place === null ? {} : { place }) });

/** What a tablet opens once. */
export const linkAddress = (shown: string): string => `${document.baseURI.split("#")[0] ?? ""}#link=${shown}`;
