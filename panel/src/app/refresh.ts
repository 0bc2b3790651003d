/** Reads something anew, and says whether that went well. */
type Reader = () => Promise<boolean>;

/** What pages read by themselves, outside of the query cache. */
const readers = new Set<Reader>();

export function onRefresh(reader: Reader): () => void {
  readers.add(reader);
  return () => void readers.delete(reader);
}

/** Reads all of it anew; how many could not be read. */
export async function readAnew(): Promise<number> {
  const done = await Promise.all([...readers].map((reader) => reader()));
  return done.filter((well) => !well).length;
}
