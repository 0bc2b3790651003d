/** The numbers of "v7.2.140"; nothing for a build without a number. */
function numbersOf(version: string): number[] {
  return /^v?\d+(\.\d+)*/.exec(version)?.[0].replace(/^v/, "").split(".").map(Number) ?? [];
}

/** Whether a release is newer than what runs. A build without a number is compared with nothing. */
export function isNewer(latest: string, current: string): boolean {
  const [there, here] = [numbersOf(latest), numbersOf(current)];
  if (here.length === 0 || there.length === 0) return latest !== current;
  for (let at = 0; at < Math.max(there.length, here.length); at += 1) {
    const by = (there[at] ?? 0) - (here[at] ?? 0);
    if (by !== 0) return by > 0;
  }
  return false;
}
