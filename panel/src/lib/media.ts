import { useSyncExternalStore } from "react";

/** Widths of panel-look §3. */
export const PHONE = "(max-width: 639px)";
export const NARROW = "(max-width: 1023px)";
export const BELOW_DESKTOP = "(max-width: 1279px)";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}
