import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { parseSearch } from "../lib/search";

/** Changes the address of the page that is shown. The page's own validator has the last word. */
export function useSetView<T extends object>(): (next: T, replace?: boolean) => void {
  const navigate = useNavigate();
  return useCallback(
    (next: T, replace = false) => void navigate({ to: ".", search: next as never, replace, resetScroll: false }),
    [navigate],
  );
}

/** Opens a saved view of the page that is shown. */
export function useOpenView(): (search: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (search: string) => void navigate({ to: ".", search: parseSearch(search) as never, resetScroll: false }),
    [navigate],
  );
}
