/** Begins the key of every query whose answer changes with the stored requests: the stream invalidates it (`live.tsx`). */
export const DATA = "data";
