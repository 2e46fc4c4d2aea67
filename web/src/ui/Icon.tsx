import "./Icon.css";

const PATHS = {
  overview: "M2.5 13.5v-4M6.2 13.5v-8M9.8 13.5V8M13.5 13.5v-11",
  traces: "M2 4h9M5 8h7M8 12h6",
  metrics: "M2.5 2.5v11h11M4.8 10.5l2.6-3.6 2.4 2 3.4-5",
  cost: "M8 2v12M11 4.6C10.2 3.9 9.2 3.6 8 3.6c-1.9 0-3.1.9-3.1 2.2 0 3 6.3 1.5 6.3 4.5 0 1.3-1.3 2.2-3.2 2.2-1.3 0-2.5-.4-3.3-1.2",
  dashboards: "M2.5 2.5h5v6h-5zM9.5 2.5h4v3h-4zM9.5 7.5h4v6h-4zM2.5 10.5h5v3h-5z",
  prompts: "M4 2.5h8v11H4zM6.2 5.5h3.6M6.2 8h3.6M6.2 10.5h1.8",
  grip: "M6 3.5v.1M10 3.5v.1M6 8v.1M10 8v.1M6 12.5v.1M10 12.5v.1",
  add: "M8 3v10M3 8h10",
  sql: "M2.5 3h11v10h-11zM5 6.2l2 1.8l-2 1.8M8.6 10.2h2.6",
  stop: "M4 4h8v8H4z",
  delivery: "M2.5 8l3 3 5-6M8.5 11l5-6",
  settings:
    "M2.5 4.5h6M12 4.5h1.5M10.2 2.8a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 0 1 0-3.4M2.5 11.5H4M7.5 11.5h6M5.8 9.8a1.7 1.7 0 1 0 0 3.4a1.7 1.7 0 0 0 0-3.4",
  spans: "M2.5 2.5v10h3.5M2.5 7.5H6M8 7.5h5.5M8 12.5h4M5.5 2.5h6",
  sessions: "M2.5 3h8v5.5h-5l-3 2.5zM8 11h3l2.5 2.5V6",
  users:
    "M6 2.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5M1.8 13.5c0-2.5 1.7-4 4.2-4s4.2 1.5 4.2 4M10.5 3a2.3 2.3 0 0 1 0 4.3M11.8 9.8c1.5.5 2.4 1.8 2.4 3.7",
  failures: "M8 2l6.2 11.5H1.8zM8 6.5v3.5M8 11.7v.1",
  live: "M8 7a1 1 0 1 1 0 2a1 1 0 0 1 0-2M5.2 5.2a4 4 0 0 0 0 5.6M10.8 5.2a4 4 0 0 1 0 5.6M3 3a7 7 0 0 0 0 10M13 3a7 7 0 0 1 0 10",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  filter: "M2 3.5h12M4.5 8h7M6.5 12.5h3",
  export: "M8 2.5v7.5M4.8 7L8 10.2L11.2 7M2.5 10.5v3h11v-3",
  bookmark: "M4 2.5h8v11L8 10.5L4 13.5z",
  open: "M6 3H3v10h10v-3M9 2.5h4.5V7M13.5 2.5L7.5 8.5",
  minus: "M3.5 8h9",
  plus: "M3.5 8h9M8 3.5v9",
  edit: "M3 13l.6-2.8L10.8 3l2.2 2.2l-7.2 7.2z",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.2 3.2",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8",
  screen: "M2 3h12v8H2zM6 14h4M8 11v3",
  down: "M4 6.5l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4l-4 4 4 4",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  check: "M3 8.5l3.2 3.2L13 4.8",
  close: "M4 4l8 8M12 4l-8 8",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2l7.5 4.8L5 12.8z",
  fold: "M2.5 3h11v10h-11zM6 3v10",
  help: "M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12v.1",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.8V8l2.2 1.4",
  up: "M8 13V3.5M4 7.2L8 3.2l4 4",
  dropped: "M8 3v9.5M4 8.8l4 4 4-4",
  whole: "M6 2.5H2.5V6M10 2.5h3.5V6M6 13.5H2.5V10M10 13.5h3.5V10",
  person:
    "M8 2.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6M2.8 13.8c.4-2.6 2.5-4 5.2-4s4.8 1.4 5.2 4",
  thumb:
    "M5 7l2.4-4.6c1.1 0 1.8.9 1.5 2L8.4 6.6h4.2c.7 0 1.2.6 1 1.3l-1.1 4.5c-.1.5-.6.9-1.1.9H5zM2.5 7H5v6.3H2.5z",
  comment: "M2.5 3h11v7.5H7.2l-3 2.7v-2.7H2.5z",
  compare: "M5 13V3.5M2.5 6L5 3.5L7.5 6M11 3v9.5M8.5 10l2.5 2.5l2.5-2.5",
  back: "M13 8H3.5M7.2 4L3.2 8l4 4",
  chat: "M2.5 3h11v7.5H7.2l-3 2.7v-2.7H2.5zM5.2 5.7h5.6M5.2 7.9h3.6",
  playground: "M6.3 2.5v4.2l-3.6 6.8h10.6L9.7 6.7V2.5M5 2.5h6M4.6 10h6.8",
  again: "M13 8a5 5 0 1 1-1.5-3.6M13.2 2.4v3.2H10",
  attach:
    "M12.6 7.4l-5 5a2.9 2.9 0 0 1-4.1-4.1l5.3-5.3a1.95 1.95 0 0 1 2.8 2.8l-5.2 5.2a1 1 0 0 1-1.4-1.4l4.6-4.6",
  archive: "M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.7h3",
  more: "M3.5 8v.1M8 8v.1M12.5 8v.1",
  shield: "M8 2l5 1.9v4c0 3-2.1 5.2-5 6.1c-2.9-.9-5-3.1-5-6.1v-4z",
  forth: "M3 8h9.5M8.8 4l4 4l-4 4",
} as const;

export type IconName = keyof typeof PATHS;

/** A 16-pixel line drawing; always beside a word or in a control that has a label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
