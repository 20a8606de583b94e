/** Whether panels have light, as far as place and clock say. */

import type { Maybe } from "../api/types";
import { dayOf } from "./time";

export interface Place {
  latitude: Maybe<number>;
  longitude: Maybe<number>;
}

const RAD = Math.PI / 180;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const J2000_MS = Date.UTC(2000, 0, 1, 12);
/** Above this height inverters work, but for snow; lower, roofs and hills may still hide the sun. */
const WORKING_DEG = 10;
/** Where nobody said the place, the hours by the clock that are light nearly everywhere. */
const LIGHT_HOURS = [10, 15] as const;

/** Height of the sun above the horizon in degrees, to about a degree (low-precision formulas of the Astronomical Almanac). */
export function elevationOf(at_ms: number, latitude: number, longitude: number): number {
  const days = (at_ms - J2000_MS) / DAY_MS;
  const anomaly = (357.528 + 0.9856003 * days) * RAD;
  const ecliptic = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const tilt = 23.439 * RAD;
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const sidereal = (280.46062 + 360.9856474 * days + longitude) * RAD;
  const across = latitude * RAD;
  const sine = Math.sin(across) * Math.sin(declination) + Math.cos(across) * Math.cos(declination) * Math.cos(sidereal - ascension);
  return Math.asin(Math.min(1, Math.max(-1, sine))) / RAD;
}

/** It has been day for an hour at least, so that every inverter that can work has had time to report. */
export function isDay(at_ms: number, place: Maybe<Place>, timeZone: string): boolean {
  if (place?.latitude != null && place.longitude != null) {
    const { latitude, longitude } = place;
    return [at_ms, at_ms - HOUR_MS].every((moment) => elevationOf(moment, latitude, longitude) >= WORKING_DEG);
  }
  const hour = (at_ms - dayOf(at_ms, timeZone).start_s * 1000) / HOUR_MS;
  return hour >= LIGHT_HOURS[0] && hour < LIGHT_HOURS[1];
}
