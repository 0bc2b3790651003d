/** A rate in USD per 1,000,000 tokens: two digits, and more where the rate has more. */
export function formatRate(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "—";
  const [whole = "0", part = ""] = value.toFixed(6).split(".");
  const digits = part.replace(/0+$/, "").padEnd(2, "0");
  return `$${whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${digits}`;
}
