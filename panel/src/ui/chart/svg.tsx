import type { ChartColor } from "./model";
import styles from "./svg.module.css";

/** A bar left of its number, in the same column; one scale per column. */
export function InlineBar({ share, color = "base-mark" }: { share: number; color?: ChartColor | "warn-mark" }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <span className={styles.bar} aria-hidden="true">
      <i style={{ width: `${width}%`, background: `var(--${color})` }} />
    </span>
  );
}

/** A share of a whole, such as a quota. Fullness is said by the number beside it. */
export function Track({ share, state = "ok" }: { share: number; state?: "ok" | "warn" | "bad" }) {
  return (
    <span className={`${styles.track} ${styles[state] ?? ""}`} aria-hidden="true">
      <i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  );
}

/** The course of one figure, without axes. It says nothing that the numbers beside it do not. */
export function Sparkline({
  values,
  width = 72,
  height = 18,
  bars = false,
  color = "ink-2",
}: {
  values: readonly (number | null)[];
  width?: number;
  height?: number;
  bars?: boolean;
  color?: ChartColor;
}) {
  const max = Math.max(0, ...values.map((value) => value ?? 0));
  const step = width / Math.max(1, values.length);
  const y = (value: number) => (max > 0 ? height - (value / max) * (height - 1) : height);
  let path = "";
  let drawing = false;
  for (const [index, value] of values.entries()) {
    if (value === null) drawing = false;
    else {
      path += `${drawing ? "L" : "M"}${((index + 0.5) * step).toFixed(1)} ${y(value).toFixed(1)}`;
      drawing = true;
    }
  }
  return (
    <svg className={styles.spark} width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {bars ? (
        values.map((value, index) => (
          <rect
            key={index}
            x={index * step}
            width={Math.max(1, step - 1)}
            y={value === null || value === 0 ? height - 1 : y(value)}
            height={value === null || value === 0 ? 1 : height - y(value)}
            fill={value === null || value === 0 ? "var(--border)" : `var(--${color})`}
          />
        ))
      ) : (
        <path d={path} fill="none" stroke={`var(--${color})`} strokeWidth="1.500" />
      )}
    </svg>
  );
}

/** Parts of a whole in a ring. The list beside it carries the names and numbers. */
export function Donut({
  parts,
  size = 132,
  label,
}: {
  parts: readonly { id: string; value: number; color: ChartColor }[];
  size?: number;
  label: string;
}) {
  const whole = parts.reduce((sum, { value }) => sum + Math.max(0, value), 0);
  const radius = size / 2 - 11;
  const around = 2 * Math.PI * radius;
  let before = 0;
  return (
    <svg
      className={styles.donut}
      width={size}
      height={size}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
    >
      <circle cx={size / 2} cy={size / 2} r={radius} fill="none" stroke="var(--inset)" strokeWidth="20" />
      {whole > 0
        ? parts.map(({ id, value, color }) => {
            const length = (Math.max(0, value) / whole) * around;
            const seam = parts.length > 1 && length > 2 ? 0.75 : 0;
            const ring = (
              <circle
                key={id}
                cx={size / 2}
                cy={size / 2}
                r={radius}
                fill="none"
                stroke={`var(--${color === "others" ? "hatch" : color})`}
                strokeWidth="20"
                strokeDasharray={`${Math.max(0, length - seam)} ${around}`}
                strokeDashoffset={-before}
                transform={`rotate(-90 ${size / 2} ${size / 2})`}
              />
            );
            before += length;
            return ring;
          })
        : null}
    </svg>
  );
}
