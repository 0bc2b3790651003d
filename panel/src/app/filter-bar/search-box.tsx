import { useEffect, useRef, useState } from "react";
import { useShortcuts } from "../../lib/shortcuts";
import { Icon } from "../../ui/icon";
import styles from "./filter-bar.module.css";

export const SEARCH_DELAY_MS = 300;
const FIELD = "filter-text";

/** The key `/` goes to the text, or where there is none, to the filters. */
export function useFilterKey(): void {
  useShortcuts({
    "/": () => (document.getElementById(FIELD) ?? document.getElementById("filter-add"))?.focus(),
  });
}

/** The text that a page is narrowed by, as it stands in the address. What is typed goes there after a short rest. */
export function SearchBox({
  text = "",
  onText,
  label,
  limit = 500,
}: {
  /** As the address has it. */
  text: string | undefined;
  /** Without blanks around it; `undefined` takes it out of the address. */
  onText(text: string | undefined): void;
  label: string;
  /** The most letters that the address keeps. */
  limit?: number;
}) {
  const [typed, setTyped] = useState(text);
  /** Texts on their way into the address. It takes a moment, in which somebody types on. */
  const sent = useRef<string[]>([]);
  const latest = useRef({ onText, text });
  latest.current = { onText, text };
  useEffect(() => {
    const at = sent.current.lastIndexOf(text);
    if (at >= 0) {
      sent.current = sent.current.slice(at + 1);
      return;
    }
    // The address changed from outside: a link, the back button, "clear".
    sent.current = [];
    setTyped((before) => (before.trim() === text ? before : text));
  }, [text]);
  useEffect(() => {
    const wanted = typed.trim();
    const timer = setTimeout(() => {
      const { onText: change, text: now } = latest.current;
      if (wanted === (sent.current.at(-1) ?? now)) return;
      sent.current.push(wanted);
      change(wanted === "" ? undefined : wanted);
    }, SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div className={styles.search}>
      <Icon name="search" small />
      <input
        id={FIELD}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        maxLength={limit}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          // Browsers empty the field otherwise, and the filter would go with its text.
          event.preventDefault();
          event.currentTarget.blur();
        }}
      />
    </div>
  );
}
