/** Numbers, times and units as text. The only file that scales W to kW and Wh to kWh. */

export const UNKNOWN = "–";
/** What is asked for and has yet to come. */
export const AWAITED = "…";
const NBSP = "\u00a0";
const HOUR_MS = 3_600_000;

export interface Quantity {
  value: string;
  unit: string;
}

type Value = number | null | undefined;

export const CLOCKS = ["auto", "24", "12"] as const;
export const ENERGY_UNITS = ["auto", "kWh", "MWh"] as const;

/** What a person chose; "auto" follows the language and the size of the number. */
export interface Choices {
  clock: (typeof CLOCKS)[number];
  energy: (typeof ENERGY_UNITS)[number];
}

export const USUAL: Choices = { clock: "auto", energy: "auto" };

/** Read what was kept; what is no choice any more is as usual. */
export function parseChoices(stored: string | null): Choices {
  let kept: unknown = null;
  try {
    kept = JSON.parse(stored ?? "null");
  } catch {
    // Somebody else's text under our name.
  }
  const { clock, energy } = (typeof kept === "object" && kept !== null ? kept : {}) as Partial<Record<keyof Choices, unknown>>;
  return {
    clock: CLOCKS.find((each) => each === clock) ?? USUAL.clock,
    energy: ENERGY_UNITS.find((each) => each === energy) ?? USUAL.energy,
  };
}

export interface Format {
  power(value_w: Value): string;
  /** A round power, without digits that say nothing. */
  powerTick(value_w: number): string;
  powerParts(value_w: Value): Quantity;
  energy(value_wh: Value): string;
  energyParts(value_wh: Value): Quantity;
  percent(value_pct: Value, digits?: number): string;
  /** A part of a whole: 0 and 100 % are said of nothing and of all only; what rounds to them is "<1 %" and ">99 %". */
  share(value_pct: Value, digits?: number): string;
  voltage(value_v: Value): string;
  current(value_a: Value): string;
  frequency(value_hz: Value): string;
  temperature(value_c: Value): string;
  factor(value: Value): string;
  reactive(value_var: Value): string;
  /** Hours and minutes of a span. */
  span(value_s: Value): string;
  /** "3 minutes ago". */
  ago(value_s: Value): string;
  /** Hour and minute in the site's time zone. */
  clock(at_ms: Value): string;
  /** The clock time of an hour that is told among others: the one that there are two of says which it is. */
  hour(at_ms: Value): string;
  clockSeconds(at_ms: Value): string;
  /** A full hour, short: "14:00" or "2 PM". */
  hourTick(at_ms: Value): string;
  day(at_ms: Value): string;
  /** Date and time. */
  moment(at_ms: Value): string;
  /** The clock time of today, date and time of any other day. */
  when(at_ms: Value, now_ms: number): string;
  /** A day of the calendar, such as "2026-11-21", which no time zone moves. */
  date(date: string, options: Intl.DateTimeFormatOptions): string;
  /** An amount in the tariff's currency (ISO 4217); without one it is a bare number. */
  money(value: Value, currency: string | null | undefined): string;
  count(value: number): string;
}

/** So much is lost in adding up floating-point numbers. */
const EXACT_PCT = 1e-7;

interface Scale {
  unit: string;
  divisor: number;
}

const POWER: Scale[] = [
  { unit: "W", divisor: 1 },
  { unit: "kW", divisor: 1e3 },
  { unit: "MW", divisor: 1e6 },
];
const ENERGY: Scale[] = [
  { unit: "Wh", divisor: 1 },
  { unit: "kWh", divisor: 1e3 },
  { unit: "MWh", divisor: 1e6 },
  { unit: "GWh", divisor: 1e9 },
];

/** Choose the unit in which the rounded value stays below 1000, and digits that show about three figures. */
export function scaleOf(value: number, scales: readonly Scale[]): { scale: Scale; digits: number } {
  for (const [index, scale] of scales.entries()) {
    const scaled = Math.abs(value) / scale.divisor;
    const digits = scale.divisor === 1 ? 0 : digitsFor(scaled);
    const factor = 10 ** digits;
    if (Math.round(scaled * factor) / factor < 1000 || index === scales.length - 1) return { scale, digits };
  }
  throw new RangeError("no scale");
}

function digitsFor(scaled: number): number {
  if (scaled < 9.995) return 2;
  return scaled < 99.95 ? 1 : 0;
}

function isNumber(value: Value): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** The one unit that was chosen, for whatever size. */
function scaleFixed(value: number, unit: string): { scale: Scale; digits: number } {
  const scale = ENERGY.find((each) => each.unit === unit)!;
  const scaled = Math.abs(value) / scale.divisor;
  return { scale, digits: scale.divisor > 1e3 && scaled < 9.9995 ? 3 : digitsFor(scaled) };
}

/** What a browser takes long to make is made when it is first used: a page that begins needs few of its formats. */
function later<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Build the formats of one language, one time zone and a person's choices. */
export function buildFormat(locale: string, timeZone: string, choices: Choices = USUAL): Format {
  const numbers = (options: Intl.NumberFormatOptions): ((value: number) => string) => {
    const format = later(() => new Intl.NumberFormat(locale, { signDisplay: "negative", ...options }));
    return (value) => format().format(value).replace("-", "−");
  };
  const plain = [0, 1, 2, 3].map((digits) => numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const number = (value: number, digits: number): string => (plain[digits] ?? plain[0])!(value);
  const fixed = (value: Value, digits: number, unit: string): string =>
    isNumber(value) ? `${number(value, digits)}${NBSP}${unit}` : UNKNOWN;
  const scaled = (value: Value, scales: Scale[]): Quantity => {
    if (!isNumber(value)) return { value: UNKNOWN, unit: "" };
    const { scale, digits } = scaleOf(value, scales);
    return { value: number(value / scale.divisor, digits), unit: scale.unit };
  };
  const energyParts = (told: Value): Quantity => {
    // What a sum has beyond a thousandth of a Wh is noise of its floats, which would decide how it is rounded.
    const value = isNumber(told) ? Math.round(told * 1000) / 1000 : told;
    if (choices.energy === "auto" || !isNumber(value)) return scaled(value, ENERGY);
    const { scale, digits } = scaleFixed(value, choices.energy);
    // A unit in which something would be nothing says nothing.
    if (value !== 0 && Math.abs(value) / scale.divisor < 0.5 / 10 ** digits) return scaled(value, ENERGY);
    return { value: number(value / scale.divisor, digits), unit: scale.unit };
  };
  const join = ({ value, unit }: Quantity): string => (unit === "" ? value : `${value}${NBSP}${unit}`);
  const hourCycle: Intl.DateTimeFormatOptions =
    choices.clock === "auto" ? {} : { hourCycle: choices.clock === "12" ? "h12" : "h23" };
  const isTwelve = later(() => new Intl.DateTimeFormat(locale, { hour: "numeric", ...hourCycle }).resolvedOptions().hour12 === true);
  const time = (options: () => Intl.DateTimeFormatOptions): ((at_ms: Value) => string) => {
    const format = later(() => new Intl.DateTimeFormat(locale, { timeZone, ...options() }));
    return (at_ms) => (isNumber(at_ms) ? format().format(at_ms) : UNKNOWN);
  };
  const hour = (): Intl.DateTimeFormatOptions => ({ hour: isTwelve() ? "numeric" : "2-digit", ...hourCycle });
  const percents = [0, 1].map((digits) => numbers({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }));
  const percent = (value: Value, digits = 0): string =>
    isNumber(value) ? (percents[digits] ?? percents[0])!(value / 100) : UNKNOWN;
  const minutes = numbers({ style: "unit", unit: "minute", unitDisplay: "short" });
  const hours = numbers({ style: "unit", unit: "hour", unitDisplay: "short" });
  const ticks = numbers({ maximumFractionDigits: 2 });
  const clock = time(() => ({ ...hour(), minute: "2-digit" }));
  const zoned = time(() => ({ ...hour(), minute: "2-digit", timeZoneName: "short" }));
  const shortHour = time(hour);
  const moment = time(() => ({ day: "numeric", month: "short", year: "numeric", ...hour(), minute: "2-digit" }));
  const date = time(() => ({ dateStyle: "short" }));
  const relative = later(() => new Intl.RelativeTimeFormat(locale, { numeric: "always" }));

  return {
    power: (value_w) => join(scaled(value_w, POWER)),
    powerTick: (value_w) => {
      const { scale } = scaleOf(value_w, POWER);
      return `${ticks(value_w / scale.divisor)}${NBSP}${scale.unit}`;
    },
    powerParts: (value_w) => scaled(value_w, POWER),
    energy: (value_wh) => join(energyParts(value_wh)),
    energyParts,
    percent,
    share: (value_pct, digits = 0) => {
      if (!isNumber(value_pct)) return UNKNOWN;
      const { sign, bound_pct } = honestShare(value_pct, digits);
      return sign + percent(bound_pct, digits);
    },
    voltage: (value_v) => fixed(value_v, 1, "V"),
    current: (value_a) => fixed(value_a, 2, "A"),
    frequency: (value_hz) => fixed(value_hz, 2, "Hz"),
    temperature: (value_c) => fixed(value_c, 0, "°C"),
    reactive: (value_var) => fixed(value_var, 0, "var"),
    factor: (value) => (isNumber(value) ? number(value, 2) : UNKNOWN),
    span: (value_s) => {
      if (!isNumber(value_s)) return UNKNOWN;
      const total = Math.max(1, Math.round(value_s / 60));
      if (total < 60) return minutes(total);
      const rest = total % 60;
      return rest === 0 ? hours(total / 60) : `${hours(Math.floor(total / 60))} ${minutes(rest)}`;
    },
    ago: (value_s) => {
      if (!isNumber(value_s)) return UNKNOWN;
      const [count, unit] = ageOf(Math.max(0, value_s));
      return relative().format(-count, unit);
    },
    clock,
    hour: (at_ms) => {
      const isTwice = isNumber(at_ms) && [-HOUR_MS, HOUR_MS].some((by_ms) => clock(at_ms + by_ms) === clock(at_ms));
      return isTwice ? zoned(at_ms) : clock(at_ms);
    },
    clockSeconds: time(() => ({ ...hour(), minute: "2-digit", second: "2-digit" })),
    hourTick: (at_ms) => (isTwelve() ? shortHour : clock)(at_ms),
    day: time(() => ({ weekday: "short", day: "numeric", month: "short" })),
    moment,
    when: (at_ms, now_ms) => (date(at_ms) === date(now_ms) ? clock(at_ms) : moment(at_ms)),
    date: (date_, options) =>
      new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(new Date(`${date_}T00:00:00Z`)),
    money: (value, currency) => {
      if (!isNumber(value)) return UNKNOWN;
      return currency ? numbers({ style: "currency", currency })(value) : number(value, 2);
    },
    count: (value) => number(value, 0),
  };
}

/** Nearly all is not all, and hardly anything is not nothing: 99.98 is more than 99, and 0.02 less than 1. */
function honestShare(value_pct: number, digits: number): { sign: "" | "<" | ">"; bound_pct: number } {
  const step = 10 ** -digits;
  const rounded = Math.round(value_pct / step) * step;
  if (rounded === 100 && value_pct < 100 - EXACT_PCT) return { sign: ">", bound_pct: 100 - step };
  if (rounded === 0 && value_pct > EXACT_PCT) return { sign: "<", bound_pct: step };
  if (rounded === 0 && value_pct < -EXACT_PCT) return { sign: ">", bound_pct: -step };
  return { sign: "", bound_pct: value_pct };
}

/** The age in its largest unit that counts at least one. */
export function ageOf(age_s: number): [number, Intl.RelativeTimeFormatUnit] {
  if (age_s < 60) return [Math.floor(age_s), "second"];
  if (age_s < 3600) return [Math.floor(age_s / 60), "minute"];
  if (age_s < 86_400) return [Math.floor(age_s / 3600), "hour"];
  if (age_s < 365 * 86_400) return [Math.floor(age_s / 86_400), "day"];
  return [Math.floor(age_s / (365.2425 * 86_400)), "year"];
}
