import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

const OVERSCAN = 12;
/** More rows are asked for when fewer than this many are left below. */
const AHEAD = 40;
/** Below this, all rows are in the document: the browser's own search finds them. */
const PLAIN = 120;

export interface Slice {
  index: number;
}

/** Only the rows in view, in a page that scrolls as a whole. */
export function useRows(
  count: number,
  height: number,
  key: (index: number) => string | number,
  selectedIndex: number,
  onNearEnd: (() => void) | undefined,
) {
  const start = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const plain = count <= PLAIN;
  useLayoutEffect(() => {
    const measure = () => {
      const top = start.current?.getBoundingClientRect().top;
      if (top !== undefined) setMargin(Math.round(top + window.scrollY));
    };
    measure();
    // What stands above may come later, or grow: the rows in view are counted from where the table is now.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    overscan: OVERSCAN,
    scrollMargin: margin,
    getItemKey: key,
    initialRect: { width: 1000, height: 900 },
    enabled: !plain,
  });
  const found = plain ? [] : virtual.getVirtualItems();
  const items: readonly Slice[] = plain ? Array.from({ length: count }, (_, index) => ({ index })) : found;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (count > 0 && !plain && last >= count - AHEAD) onNearEnd?.();
  }, [last, count, plain, onNearEnd]);
  const before = useRef(selectedIndex);
  useEffect(() => {
    // Only when the selection moves: new rows must not pull the page back.
    if (before.current === selectedIndex) return;
    before.current = selectedIndex;
    if (selectedIndex < 0) return;
    const row = start.current?.querySelector(`[data-row="${selectedIndex}"]`);
    // Chosen by the pointer or by Tab: the browser has it in view, and to move it now would lose the click.
    if (row?.contains(document.activeElement)) return;
    if (plain) row?.scrollIntoView({ block: "nearest" });
    else virtual.scrollToIndex(selectedIndex, { align: "auto" });
  }, [selectedIndex, virtual, plain]);
  const [first, end] = [found[0], found.at(-1)];
  return {
    start,
    items,
    above: first ? first.start - margin : 0,
    below: end ? virtual.getTotalSize() - (end.end - margin) : 0,
  };
}
