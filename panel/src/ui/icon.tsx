import styles from "./icon.module.css";

const PATHS = {
  activity: "M1.5 8.5h3l2-5.5 3 10 2-4.5h3",
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  arrowUp: "M8 13V3M4 7l4-4 4 4",
  audit: "M3.500 1.500h9v13h-9zM6 5h4M6 8h4M6 11h2.500",
  bars: "M3 14V9M6.500 14V3M10 14V6.500M13.500 14v-3",
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1.500 1.500h-11zM6.500 14.500h3",
  bookmark: "M4.500 2h7v12L8 11.200 4.500 14z",
  check: "M3 8.500l3.500 3.500L13 4.500",
  chevronDown: "M4 6l4 4 4-4",
  chevronUp: "M4 10l4-4 4 4",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.5",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  columns: "M2 3h12v10H2zM6 3v10M10 3v10",
  copy: "M5 5h8v9H5zM3 11V2h8",
  dashboard: "M2 2h5v7H2zM9 2h5v4H9zM9 8h5v6H9zM2 11h5v3H2z",
  download: "M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3",
  eyeOff: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM2.5 13.5l11-11",
  filter: "M2 3h12L9.5 8.5V14l-3-2V8.5z",
  gateway: "M2 3h12v4H2zM2 9h12v4H2zM4.500 5h.1M4.500 11h.1",
  info: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7.5V11M8 5h.1",
  gear: "M8 5.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5M8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M3.400 12.600l1.400-1.400M11.200 4.800l1.400-1.400",
  grid: "M2 3h12v10H2zM2 6.300h12M2 9.600h12M6 3v10",
  key: "M10.500 2a3.500 3.500 0 0 0-3.300 4.700L2 12v2h2.500v-1.500H6V11l2.300-1.700A3.500 3.500 0 1 0 10.500 2zM11 5h.1",
  language:
    "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM1.500 8h13M8 1.500c4.500 4 4.500 9 0 13c-4.500-4-4.500-9 0-13",
  left: "M10 4 6 8l4 4",
  link: "M6.500 9.500l3-3M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9M9 11.500 7.500 13A3 3 0 0 1 3 8.500L4.500 7",
  lock: "M4 7h8v7H4zM5.500 7V5a2.500 2.500 0 0 1 5 0v2",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z",
  more: "M2 4h12M2 8h12M2 12h12",
  pause: "M5 3v10M11 3v10",
  play: "M5 3l7 5-7 5z",
  plus: "M8 3v10M3 8h10",
  retry: "M3 8a5 5 0 1 1 1.500 3.500M3 13v-3.500h3.500",
  right: "M6 4l4 4-4 4",
  search: "M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM11 11l3.500 3.500",
  signOut: "M7 2H2v12h5M6 8h8M11 5l3 3-3 3",
  star: "M8 1.800l1.900 4 4.300.6-3.100 3 .8 4.300L8 11.600l-3.900 2.100.8-4.300-3.100-3 4.300-.6z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  system: "M2 2.500h12v8H2zM6 14h4M8 10.500V14",
  tag: "M2 2h6l6 6-6 6-6-6zM5 5h.1",
  trash: "M2.500 4h11M6 4V2.500h4V4M4 4l.7 10h6.600L12 4M6.700 7v4.500M9.300 7v4.500",
  user: "M8 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM2.500 14c.5-3 2.500-4.500 5.500-4.500s5 1.500 5.500 4.500",
  zone: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM1.500 8h13M8 1.500c-4 4-4 9 0 13M8 1.500c4 4 4 9 0 13",
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon. It says nothing by itself: the control beside it carries the label. */
export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg className={small ? styles.small : styles.icon} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className={styles.logo} viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="18" height="18" rx="4" fill="var(--ink)" />
      <path
        d="M5 13V9M8.300 13V6M11.700 13v-3M15 13V7.500"
        stroke="var(--surface)"
        strokeWidth="1.700"
        strokeLinecap="round"
      />
    </svg>
  );
}
