/** First run and settings: what the service is told about itself. */

import { ApiError, read, send } from "../../api/client";
import type { Maybe } from "../../api/types";

export interface FoundHost {
  host: string;
  serial: Maybe<string>;
  firmware: Maybe<string>;
}

export interface Probe {
  host: string;
  serial: string;
  firmware: string;
  part_number: Maybe<string>;
  login: "none" | "digest" | "token";
  known_as: Maybe<string>;
}

export interface TokenView {
  serials: string[];
  role: Maybe<string>;
  expires_at: Maybe<string>;
  left_days: Maybe<number>;
  fits: Maybe<boolean>;
}

export interface LoginGiven {
  /** Of firmware before 7. */
  user?: string;
  password?: string;
  token?: string;
  cloud_user?: string;
  cloud_password?: string;
  keep_password?: boolean;
}

export interface Trial {
  id: string;
  probe: Probe;
  token: Maybe<TokenView>;
  solar_w: Maybe<number>;
  grid_w: Maybe<number>;
  battery_w: Maybe<number>;
  load_w: Maybe<number>;
  panels: Maybe<number>;
  batteries: Maybe<number>;
  meters: Maybe<number>;
  missing: number;
  time_zone: Maybe<string>;
}

export interface GatewayEntry {
  name: string;
  host: string;
  site: string;
  login: "none" | "user" | "token" | "cloud";
  account: Maybe<string>;
  token: Maybe<TokenView>;
}

export interface SiteEntry {
  name: string;
  time_zone: string;
  latitude: Maybe<number>;
  longitude: Maybe<number>;
}

export interface SetupState {
  file: string;
  version: string;
  starts: number;
  /** The service is about to begin anew with what was saved. */
  is_pending: boolean;
  gateways: GatewayEntry[];
  site: SiteEntry;
  tariff_file: Maybe<string>;
  is_control_enabled: boolean;
  listen: string;
  is_reachable: boolean;
  is_listen_fixed: boolean;
  is_target_fixed: boolean;
  history: string;
}

/** Null where there is nothing to set, as in a demo. */
export const findSetup = (): Promise<Maybe<SetupState>> => read("setup");
/** Of a service that has settings. */
export const fetchSetup = (): Promise<SetupState> => read("setup");
export const discover = (): Promise<FoundHost[]> => send("POST", "setup/discover", {});
export const probe = (host: string, accept_new_certificate = false): Promise<Probe> =>
  send("POST", "setup/probe", { host, accept_new_certificate });
export const explain = (token: string, serial: string): Promise<TokenView> => send("POST", "setup/token", { token, serial });
export const attempt = (host: string, login: LoginGiven): Promise<Trial> => send("POST", "setup/try", { host, login });

/** Save what was tried; the service begins anew with it. */
export const keep = (trial: string, name: string, version: string, also: { replaces?: string; time_zone?: string }): Promise<SetupState> =>
  send("POST", "setup/gateways", { trial, name, version, ...also });
export const removeGateway = (name: string, version: string): Promise<SetupState> =>
  send("DELETE", "setup/gateways", {}, { name, version });
export const putSite = (site: SiteEntry, version: string): Promise<SetupState> => send("PUT", "setup/site", { site, version });
export const putSwitch = (what: "control" | "listen", is_on: boolean, version: string): Promise<SetupState> =>
  send("PUT", `setup/${what}`, { is_on, version });
export const fetchTariff = (): Promise<{ text: string }> => read("setup/tariff");
export const putTariff = (text: string, version: string): Promise<SetupState> => send("PUT", "setup/tariff", { text, version });

export const putAccount = (name: string, password: string, right: "owner" | "viewer"): Promise<unknown> =>
  send("PUT", "accounts", { name, password, right });

const PAUSE_MS = 300;
const PATIENCE_MS = 30_000;

const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Do what may be done twice, again and again while nobody answers, since the service may just begin anew. */
export async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError || Date.now() > end) throw error;
    }
    await pause();
  }
}

/** Wait until the service has begun anew with what was saved. */
export async function untilStarted(after: number): Promise<SetupState> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    await pause();
    try {
      const state = await fetchSetup();
      if (state.starts > after) return state;
    } catch (error) {
      // While it begins anew nobody answers.
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) return await fetchSetup();
  }
}
