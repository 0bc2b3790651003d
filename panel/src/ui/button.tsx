import type { ComponentProps, ReactNode } from "react";
import styles from "./button.module.css";
import { Icon, type IconName } from "./icon";

type Kind = "plain" | "primary" | "danger" | "ghost";

interface Props extends Omit<ComponentProps<"button">, "className"> {
  kind?: Kind;
  small?: boolean;
  icon?: IconName;
  /** Takes the whole width of its container. */
  wide?: boolean;
}

export function buttonClass(kind: Kind = "plain", small = false, wide = false): string {
  return [styles.button, styles[kind], small ? styles.small : "", wide ? styles.wide : ""].join(" ");
}

export function Button({
  kind = "plain",
  small = false,
  wide = false,
  icon,
  children,
  type = "button",
  ...rest
}: Props) {
  return (
    <button type={type} className={buttonClass(kind, small, wide)} {...rest}>
      {icon ? <Icon name={icon} small /> : null}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "className" | "aria-label" | "title"> {
  icon: IconName;
  /** Spoken and shown on hover. */
  label: string;
}

export function IconButton({ icon, label, type = "button", ...rest }: IconButtonProps) {
  return (
    <button type={type} className={styles.icon} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

/** Exclusive choices in one frame. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange(value: T): void;
  disabled?: boolean;
}) {
  return (
    <fieldset className={styles.segmented} disabled={disabled}>
      <legend className="sr">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
