// Loads a browser's data of languages and time zones, which it has once for all of a page, while the page itself begins.
new Intl.NumberFormat().format(0);
new Intl.NumberFormat(undefined, { style: "percent" }).format(0);
const date = { day: "numeric", month: "short", weekday: "short" };
const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...date }).format(0);
new Intl.DateTimeFormat(undefined, { timeZone: "UTC", ...time }).format(0);
close();
