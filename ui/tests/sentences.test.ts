import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildTranslation, reword, translate } from "../src/lib/sentences";

const LANGUAGES = ["de", "es", "fr", "nl"];
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../src/sentences/${language}.json`), "utf8")) as Record<string, string>;
/** What a page says in its own words may leave something out, such as a file of the server. */
const PAGE = read("en");
const holes = (text: string): number => text.split("{}").length;

test.each(LANGUAGES)("%s has every sentence, with as many holes", (language) => {
  const table = read(language);
  expect(Object.keys(table)).toEqual(Object.keys(read("de")));
  for (const [key, text] of Object.entries(table)) expect([key, holes(text)]).toEqual([key, holes(PAGE[key] ?? key)]);
});

test.each(LANGUAGES)("%s is translated", (language) => {
  const same = Object.entries(read(language)).filter(([key, text]) => key.length > 24 && key === text);
  expect(same).toEqual([]);
});

const german = buildTranslation(read("de"));

test.each([
  ["The site has no batteries.", "Die Anlage hat keine Batterien."],
  ["{} days".replace("{}", "14"), "14 Tagen"],
  ["The token expires on 2026-12-06 10:06 UTC, in 14 days.", "Das Token läuft am 2026-12-06 10:06 UTC ab, in 14 Tagen."],
  // A reason within a sentence.
  ["This gateway does not offer grid.relay: The site has no system controller.", "Dieses Gateway bietet grid.relay nicht an: Die Anlage hat keine Netztrennung."],
  // One sentence after the other.
  ["No endpoint at all. Nothing was sent.", undefined],
  ["The gateway does not say whether it is so. While a diagnosis runs the bandwidth reads high.", "Das Gateway sagt nicht, ob es so ist. Während einer Diagnose steht die Bandbreite auf hoch."],
  ["400 cannot be reserve.", "400 geht nicht als Reserve."],
  ["It is a number from 5 to 100 %. Nothing was sent.", "Möglich ist: eine Zahl von 5 bis 100 %. Nichts wurde gesendet."],
  ["What nobody has translated.", undefined],
  // Forms of receivers, and what happened.
  ["The url is no address of a broker.", "Die URL ist keine Adresse eines Brokers."],
  ["Give a whole number from 0 to 23.", "Geben Sie eine ganze Zahl von 0 bis 23 an."],
  ["Write url = one of ntfy://, smtp://.", "Schreiben Sie url = eines von ntfy://, smtp://."],
  ["latitude is 95, which is out of bounds.", "latitude ist 95 und damit außerhalb der Grenzen."],
  ["8.2.4345 became 8.3.5169.", "Aus 8.2.4345 wurde 8.3.5169."],
  ["The solar counter went from 100 to 90 Wh.", "Der Zähler Sonne ging von 100 auf 90 Wh."],
  ["battery.settings, reserve: 20 → 30: took effect.", "battery.settings, reserve: 20 → 30: wirksam."],
  [
    "Minutes are kept again. 3 minutes were not kept, as this machine's clock showed times that history had already, or that cannot be. Counters went on, so no energy is lost.",
    "Minuten werden wieder gespeichert. 3 Minuten wurden nicht gespeichert, da die Uhr dieses Rechners Zeiten zeigte, die der Verlauf schon hatte oder die nicht sein können. Die Zähler liefen weiter, also ging keine Energie verloren.",
  ],
  // History in trouble.
  ["History: the journal cannot be written: No space left on device.", "Das Journal des Verlaufs lässt sich nicht schreiben: kein Platz mehr auf der Platte."],
  [
    "the sealed file power-1.parquet of month=2024-01 was damaged; it was mended, nothing is lost",
    "Die versiegelte Datei power-1.parquet von month=2024-01 war beschädigt; sie wurde geheilt, nichts ist verloren.",
  ],
  [
    "What waited is kept now (minutes: 3; given up: 0). Why it waited: History: the journal cannot be written: No space left on device.",
    "Was wartete, ist nun gespeichert (Minuten: 3; aufgegeben: 0). Warum es wartete: Das Journal des Verlaufs lässt sich nicht schreiben: kein Platz mehr auf der Platte.",
  ],
])("%s", (english, expected) => {
  expect(translate(english, german)).toBe(expected);
});

test.each([
  ["Log in anew under Settings in the dashboard, or put a new token into the file home.jwt; it counts within a minute. `openvoy token show` explains the present one.", "Log in anew under Settings."],
  ["This firmware or hardware does not offer it; `openvoy read` shows what there is.", "This firmware or hardware does not offer it."],
  ["Give a time of 1970 (UTC) to 2199, as ISO 8601 or Unix seconds.", "Choose a day of 1970 to 2199."],
  ["What is said alike.", "What is said alike."],
  ["config", "ratings"],
  ["The configuration has no pv.", "The configuration has no pv."],
])("in the words of a page: %s", (terminal, expected) => {
  expect(reword(terminal, read("en"))).toBe(expected);
});

test.each([
  ["127.0.0.1:9 cannot be reached: Connection refused.", "127.0.0.1:9 ist nicht erreichbar: Verbindung abgelehnt."],
  ["The connection to 10.0.0.5 broke: Connection reset by peer.", "Die Verbindung zu 10.0.0.5 brach ab: die Gegenseite hat abgebrochen."],
])("reasons of the operating system within: %s", (english, expected) => {
  expect(translate(english, german)).toBe(expected);
});
