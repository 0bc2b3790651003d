import type { ReactNode } from "react";
import styles from "./code.module.css";

/** What the manager writes in place of a secret. */
const REMOVED = /(\[redacted\]|\[REDACTED\])/;
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)|(-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|("(?:[^"\\]|\\.)*")/g;

/** JSON is laid out; anything else stays as it came. */
export function layOut(text: string): string {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return text;
  try {
    return JSON.stringify(JSON.parse(trimmed), null, 2);
  } catch {
    return text;
  }
}

function withRemoved(text: string, removed: string, key: string): ReactNode[] {
  return text.split(REMOVED).map((part, index) =>
    index % 2 === 1 ? (
      <span key={`${key}-${index}`} className={styles.removed}>
        {removed}
      </span>
    ) : (
      part
    ),
  );
}

function coloured(text: string, removed: string): ReactNode[] {
  const out: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [whole, name, colon, number, string] = match;
    out.push(...withRemoved(text.slice(at, match.index), removed, `p${at}`));
    if (name !== undefined) {
      out.push(
        <span key={match.index} className={styles.key}>
          {withRemoved(name, removed, `k${match.index}`)}
        </span>,
        colon,
      );
    } else if (number !== undefined) {
      out.push(
        <span key={match.index} className={styles.number}>
          {number}
        </span>,
      );
    } else {
      out.push(...withRemoved(string ?? "", removed, `s${match.index}`));
    }
    at = match.index + whole.length;
  }
  out.push(...withRemoved(text.slice(at), removed, "end"));
  return out;
}

/** A text compared letter by letter. Removed parts stand as dashed boxes with the given word. */
export function Code({ text, removed, label }: { text: string; removed: string; label: string }) {
  const shown = layOut(text);
  const json = shown !== text || /^[[{]/.test(shown.trim());
  return (
    // A scrolling block must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className={styles.code} tabIndex={0} aria-label={label}>
      <pre>{json ? coloured(shown, removed) : withRemoved(shown, removed, "t")}</pre>
    </section>
  );
}
