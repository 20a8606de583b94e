/** The service's API as the dashboard reads it. Units stand in the names; `null` is "not known", never 0. */

export type Maybe<T> = T | null;

export type GatewayState = "starting" | "ok" | "degraded" | "unreachable" | "needs_login" | "quiet";

export interface GatewayStatus {
  name: string;
  host: string;
  serial: Maybe<string>;
  state: GatewayState;
  fresh_at: Maybe<string>;
  is_fresh: boolean;
  problem: Maybe<string>;
  hint: Maybe<string>;
  /** Its login will end soon, or is not renewed; values arrive all the same. */
  login_trouble?: Maybe<string>;
  load_pct: Maybe<number>;
  /** When a setting of it was last seen to change, whoever did it. */
  settings_at?: Maybe<string>;
}

/** Whether what is collected is kept. */
export interface HistoryStatus {
  is_kept: boolean;
  since: Maybe<string>;
  problem: Maybe<string>;
  hint: Maybe<string>;
  /** Minutes that wait in memory. */
  waiting_count: number;
  lost_count: number;
}

export interface Power {
  solar_w: Maybe<number>;
  grid_w: Maybe<number>;
  battery_w: Maybe<number>;
  generator_w: Maybe<number>;
  load_w: Maybe<number>;
  reported_consumption_w: Maybe<number>;
}

export interface Reading {
  active_power_w: Maybe<number>;
  apparent_power_va: Maybe<number>;
  reactive_power_var: Maybe<number>;
  power_factor: Maybe<number>;
  voltage_v: Maybe<number>;
  current_a: Maybe<number>;
  frequency_hz: Maybe<number>;
  delivered_wh: Maybe<number>;
  received_wh: Maybe<number>;
}

export interface Channel extends Reading {
  phase: string;
}

export interface Meter extends Reading {
  eid: number;
  kind: string;
  state: string;
  phase_count: Maybe<number>;
  status: Maybe<string>;
  flags: string[];
  at: Maybe<string>;
  channels: Channel[];
}

export interface Inverter {
  serial: string;
  at: Maybe<string>;
  power_w: Maybe<number>;
  max_power_w: Maybe<number>;
  dc_voltage_v: Maybe<number>;
  dc_current_a: Maybe<number>;
  ac_voltage_v: Maybe<number>;
  ac_current_a: Maybe<number>;
  frequency_hz: Maybe<number>;
  temperature_c: Maybe<number>;
  lifetime_wh: Maybe<number>;
  report_interval_s: Maybe<number>;
  phase: Maybe<string>;
  part_number: Maybe<string>;
  firmware: Maybe<string>;
  status: Maybe<string>;
  communicating: Maybe<boolean>;
  producing: Maybe<boolean>;
}

export interface Battery {
  serial: string;
  kind: string;
  soc_pct: Maybe<number>;
  power_w: Maybe<number>;
  capacity_wh: Maybe<number>;
  temperature_c: Maybe<number>;
  status: Maybe<string>;
  at: Maybe<string>;
  communicating: Maybe<boolean>;
  sleeping: Maybe<boolean>;
}

export interface Storage {
  soc_pct: Maybe<number>;
  available_wh: Maybe<number>;
  capacity_wh: Maybe<number>;
  health_pct: Maybe<number>;
  mode: Maybe<string>;
  reserve_soc_pct: Maybe<number>;
  charge_from_grid: Maybe<boolean>;
  cloud_scheduled: Maybe<boolean>;
}

export interface Grid {
  relay: Maybe<string>;
  relay_admin: Maybe<string>;
  status: Maybe<string>;
  profile: Maybe<string>;
}

export interface Generator {
  state: Maybe<string>;
  mode: Maybe<string>;
  name: Maybe<string>;
  rated_power_w: Maybe<number>;
}

export interface MissingPart {
  part: string;
  reason: string;
}

export interface Snapshot {
  gateway: {
    serial: string;
    part_number: Maybe<string>;
    firmware: Maybe<string>;
    model: Maybe<string>;
    phases: Maybe<number>;
  };
  at: string;
  power: Power;
  meters: Meter[];
  inverters: Inverter[];
  batteries: Battery[];
  storage: Maybe<Storage>;
  grid: Maybe<Grid>;
  generator: Maybe<Generator>;
  missing: MissingPart[];
}

export interface Update {
  status: GatewayStatus;
  snapshot: Maybe<Snapshot>;
}

export interface Site {
  name: Maybe<string>;
  time_zone: string;
  latitude: Maybe<number>;
  longitude: Maybe<number>;
  version: string;
}

export interface Energies {
  solar_wh: Maybe<number>;
  import_wh: Maybe<number>;
  export_wh: Maybe<number>;
  charge_wh: Maybe<number>;
  discharge_wh: Maybe<number>;
  load_wh: Maybe<number>;
}

export interface Today extends Energies {
  start: string | number;
  end: string | number;
  autarky_pct: Maybe<number>;
  self_consumption_pct: Maybe<number>;
  estimated: Maybe<boolean>;
}

export interface PowerColumns {
  at: number[];
  solar_w: Maybe<number>[];
  grid_w: Maybe<number>[];
  battery_w: Maybe<number>[];
  generator_w: Maybe<number>[];
  load_w: Maybe<number>[];
  soc_pct: Maybe<number>[];
}

/** The last minutes; a row without any value ends the line. */
export type LiveColumns = { at: number[] } & Record<"solar_w" | "grid_w" | "battery_w" | "generator_w" | "load_w", Maybe<number>[]>;

/** Energies from midnight until a time of day; of several days their mean. */
export interface DayPart {
  days: number;
  solar_wh: Maybe<number>;
  load_wh: Maybe<number>;
  import_wh: Maybe<number>;
  export_wh: Maybe<number>;
  estimated: boolean;
}

export interface ComparedDay {
  until: string;
  today: DayPart;
  yesterday: DayPart;
  week: DayPart;
  month: DayPart;
  money: Maybe<{ currency: Maybe<string>; energy_cost: Maybe<number>; credit: Maybe<number>; savings: Maybe<number> }>;
}

export type EnergyColumns = { start: number[]; estimated: Maybe<boolean>[] } & {
  [name in keyof Energies]: Maybe<number>[];
};

export interface InverterColumns {
  at: number[];
  serial: string[];
  power_w: Maybe<number>[];
}

/** What a page shows first; of who may not look `me` alone. */
export interface Start {
  me: MeReply;
  at: string;
  gateways: Update[];
  site: Maybe<Site>;
  history: Maybe<HistoryStatus>;
  /** Of the first gateway; null where history does not tell it at once. */
  today: Maybe<Today>;
  compared: Maybe<ComparedDay>;
}

export interface MeReply {
  name: string;
  right: "nobody" | "viewer" | "owner";
  via: "open" | "session" | "link" | "key" | "proxy";
  has_accounts: boolean;
}
