import { useEffect, useRef } from "react";

/** Whether a single key may act: no field has the focus and nothing lies above the page. */
export function keysAreFree(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return false;
  const target = event.target instanceof Element ? event.target : null;
  return !target?.closest("input, textarea, select, [role=menu], [role=dialog], [role=alertdialog], [contenteditable]");
}

/**
 * The key by the name that shortcuts have, letters small. A letter of another script is the Latin one that stands on the
 * same key of a keyboard: "л" is "k".
 */
export function keyName({ key, code }: Pick<KeyboardEvent, "key" | "code">): string {
  if (key.length !== 1) return key;
  const latin = /^\p{L}$/u.test(key) && !/^[a-z]$/i.test(key) ? /^Key([A-Z])$/.exec(code)?.[1] : undefined;
  return (latin ?? key).toLowerCase();
}

/** Single keys by name, as `keyName` gives them. Enter belongs to a control with the focus. */
export function useShortcuts(keys: Record<string, () => void>, enabled = true): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!enabled) return;
    const press = (event: KeyboardEvent) => {
      if (!keysAreFree(event)) return;
      const target = event.target instanceof Element ? event.target : null;
      if (event.key === "Enter" && target?.closest("a, button, [role=button], [role=slider]")) return;
      const run = current.current[keyName(event)];
      if (!run) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [enabled]);
}
