/** The moment that the pointer, or the keyboard, is at: shared by all charts of the page. */
export interface Crosshair {
  at: number;
  /** The chart that shows its tooltip. */
  owner: string;
}

let current: Crosshair | null = null;
const listeners = new Set<() => void>();

export const crosshair = {
  get: (): Crosshair | null => current,
  set(next: Crosshair | null): void {
    if (next?.at === current?.at && next?.owner === current?.owner) return;
    current = next;
    for (const listener of [...listeners]) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
