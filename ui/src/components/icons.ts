/** Line drawings in a box of 24 by 24. */
export const ICONS = {
  solar:
    "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2.5v2.2M12 19.3v2.2M2.5 12h2.2M19.3 12h2.2M5.3 5.3l1.5 1.5M17.2 17.2l1.5 1.5M18.7 5.3l-1.5 1.5M6.8 17.2l-1.5 1.5",
  load: "M3.5 11.5 12 4l8.5 7.5M6 9.6V20h12V9.6M10 20v-5.5h4V20",
  battery: "M3 7.5h15.5v9H3zM21 10.5v3M6.5 10.5v3M10 10.5v3M13.5 10.5v3",
  grid: "M12 3 7.5 21M12 3l4.5 18M5.5 8.5h13M4.5 8.5v2M19.5 8.5v2M7 13h10M9.7 13l6 5.2M14.3 13l-6 5.2",
  generator: "M3.5 8h13v9h-13zM16.5 10.5h4v4h-4M6 17v2.5M14 17v2.5M7 8V5h5v3M10.8 9.8 8.4 13h3.2l-2.4 3",
  warn: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 11v5M12 8v.1",
  close: "M6 6l12 12M18 6 6 18",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M9 12h9",
  history: "M4 19V5M4 19h16M8 16v-5M12 16V8M16 16v-7",
  panels: "M5 5h14l2 12H3zM4 11h16M9.5 5 8.6 17M14.5 5l.9 12M12 17v3M8 20h8",
  meters: "M4 16a8 8 0 1 1 16 0M12 16l4-5M4 19h16",
  devices: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  settings: "M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2",
  sliders: "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h10M18 17h2M16 15v4",
  calendar: "M5 6h14v14H5zM5 10.5h14M9 3.5V8M15 3.5V8",
  left: "M14.5 6 8.5 12l6 6",
  right: "M9.5 6l6 6-6 6",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 3.5v17M12 7h4.5M12 11h6.5M12 15h6",
  light:
    "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2.5v2.2M12 19.3v2.2M2.5 12h2.2M19.3 12h2.2M5.3 5.3l1.5 1.5M17.2 17.2l1.5 1.5M18.7 5.3l-1.5 1.5M6.8 17.2l-1.5 1.5",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  export: "M5 19 19 5M9 5h10v10",
  import: "M19 5 5 19M15 19H5V9",
} as const;

export type IconName = keyof typeof ICONS;
