/** localStorage that may be missing or blocked. Only preferences are kept here, never a credential. */
export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(`cpamp.${name}`);
  } catch {
    return null;
  }
}

export function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(`cpamp.${name}`, value);
  } catch {
    // Private mode or a full store: the choice lasts until the page is closed.
  }
}
