const MASKED = /^m:(.*?)(?:\.\.\.|\*+)(.*)$/;

/** How an account is called: a masked key without the mark that tells the manager so. Filters keep the stored name. */
export function accountName(stored: string): string {
  const found = MASKED.exec(stored);
  return found ? `${found[1]}…${found[2]}` : stored;
}
