import { Switch as BaseSwitch } from "@base-ui/react/switch";
import { type ComponentProps, type ReactNode, type Ref, useId, useState } from "react";
import { IconButton } from "./button";
import styles from "./field.module.css";
import { StatusMark } from "./status";

interface FrameProps {
  label: ReactNode;
  help?: ReactNode;
  /** What is wrong, what happens, what to enter. */
  error?: ReactNode;
  /** Label left, control right. */
  inline?: boolean;
}

function Frame({ label, help, error, inline = false, id, children }: FrameProps & { id: string; children: ReactNode }) {
  return (
    <div className={inline ? styles.inline : styles.field}>
      <div>
        <label htmlFor={id}>{label}</label>
        {help && inline ? (
          <p id={`${id}-help`} className={styles.help}>
            {help}
          </p>
        ) : null}
      </div>
      <div className={styles.control}>
        {children}
        {error ? (
          <p id={`${id}-error`} className={styles.error} role="alert">
            <StatusMark state="bad" />
            <span>{error}</span>
          </p>
        ) : null}
        {help && !inline ? (
          <p id={`${id}-help`} className={styles.help}>
            {help}
          </p>
        ) : null}
      </div>
    </div>
  );
}

function described(id: string, help: unknown, error: unknown): string | undefined {
  const ids = [error ? `${id}-error` : "", help ? `${id}-help` : ""].filter(Boolean).join(" ");
  return ids === "" ? undefined : ids;
}

type InputProps = FrameProps & Omit<ComponentProps<"input">, "className" | "id"> & { ref?: Ref<HTMLInputElement> };

export function TextField({ label, help, error, inline, ...input }: InputProps) {
  const id = useId();
  return (
    <Frame id={id} label={label} help={help} error={error} inline={inline ?? false}>
      <input
        id={id}
        className={styles.input}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, help, error)}
        {...input}
      />
    </Frame>
  );
}

/** A secret with show and hide. It is kept in memory only. */
export function SecretField({
  label,
  help,
  error,
  inline,
  showLabel,
  hideLabel,
  ...input
}: InputProps & { showLabel: string; hideLabel: string }) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <Frame id={id} label={label} help={help} error={error} inline={inline ?? false}>
      <div className={styles.secret}>
        <input
          id={id}
          className={styles.input}
          type={shown ? "text" : "password"}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={described(id, help, error)}
          {...input}
        />
        {input.readOnly ? null : (
          <span className={styles.reveal}>
            <IconButton
              icon={shown ? "eyeOff" : "eye"}
              label={shown ? hideLabel : showLabel}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            />
          </span>
        )}
      </div>
    </Frame>
  );
}

export function SelectField({
  label,
  help,
  error,
  inline,
  options,
  ...select
}: FrameProps &
  Omit<ComponentProps<"select">, "className" | "id"> & { options: readonly { value: string; label: string }[] }) {
  const id = useId();
  return (
    <Frame id={id} label={label} help={help} error={error} inline={inline ?? false}>
      <select id={id} className={styles.input} aria-describedby={described(id, help, error)} {...select}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function SwitchField({
  label,
  help,
  checked,
  onChange,
  disabled = false,
}: {
  label: ReactNode;
  help?: ReactNode;
  checked: boolean;
  onChange(checked: boolean): void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className={styles.switchRow}>
      <div>
        <span id={`${id}-label`} className={styles.switchLabel}>
          {label}
        </span>
        {help ? (
          <p id={`${id}-help`} className={styles.help}>
            {help}
          </p>
        ) : null}
      </div>
      <BaseSwitch.Root
        className={styles.switch}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        aria-labelledby={`${id}-label`}
        aria-describedby={help ? `${id}-help` : undefined}
      >
        <BaseSwitch.Thumb className={styles.thumb} />
      </BaseSwitch.Root>
    </div>
  );
}
