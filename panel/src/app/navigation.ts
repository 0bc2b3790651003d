import type { Key } from "../i18n";
import type { IconName } from "../ui/icon";
import type { Feature } from "./features";

export interface Page {
  to: "/" | "/requests" | "/usage" | "/prices" | "/keys" | "/settings" | "/audit" | "/system";
  icon: IconName;
  label: Key;
  /** What must be there for the page; without it the page is not listed. */
  needs?: Feature;
  /** Stands in the bar of a phone; the others are under "More". */
  phone?: boolean;
  /** Second key after `g`. */
  key: string;
}

/** The pages by their groups. Only what exists is listed. */
export const NAVIGATION: readonly { label: Key; pages: readonly Page[] }[] = [
  {
    label: "nav.observe",
    pages: [
      { to: "/", icon: "dashboard", label: "nav.dashboard", phone: true, key: "d" },
      { to: "/requests", icon: "activity", label: "nav.monitoring", needs: "history", phone: true, key: "m" },
      { to: "/usage", icon: "bars", label: "nav.usage", needs: "history", phone: true, key: "u" },
    ],
  },
  {
    label: "nav.manage",
    pages: [
      { to: "/prices", icon: "tag", label: "nav.prices", needs: "manager", key: "p" },
      { to: "/keys", icon: "key", label: "nav.keys", needs: "manager", key: "k" },
      { to: "/settings", icon: "gear", label: "nav.settings", needs: "manager", key: "e" },
      { to: "/audit", icon: "audit", label: "nav.audit", needs: "manager", key: "a" },
      { to: "/system", icon: "info", label: "nav.system", needs: "manager", phone: true, key: "s" },
    ],
  },
];

export const PAGES: readonly Page[] = NAVIGATION.flatMap((group) => group.pages);
