import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Popover as BasePopover } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import styles from "./menu.module.css";

/** A button that opens a list of actions or choices. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <BaseMenu.Root modal={false}>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Positioner className={styles.positioner} sideOffset={4} align="end">
          <BaseMenu.Popup className={styles.menu}>{children}</BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

export function MenuItem({ onSelect, children }: { onSelect(): void; children: ReactNode }) {
  return (
    <BaseMenu.Item className={styles.item} onClick={onSelect}>
      {children}
    </BaseMenu.Item>
  );
}

/** A download, followed by the browser itself. */
export function MenuLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <BaseMenu.Item
      className={styles.item}
      nativeButton={false}
      render={
        <a href={href} download>
          {children}
        </a>
      }
    />
  );
}

export function MenuSeparator() {
  return <BaseMenu.Separator className={styles.separator} />;
}

export function MenuChoice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: ReactNode }[];
  onChange(value: T): void;
}) {
  return (
    <BaseMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      {options.map((option) => (
        <BaseMenu.RadioItem key={option.value} value={option.value} className={styles.item} closeOnClick>
          <span className={styles.tick}>
            <BaseMenu.RadioItemIndicator>✓</BaseMenu.RadioItemIndicator>
          </span>
          {option.label}
        </BaseMenu.RadioItem>
      ))}
    </BaseMenu.RadioGroup>
  );
}

/** A floating panel at its trigger. */
export function Popover({
  trigger,
  label,
  children,
  open,
  onOpenChange,
  align = "start",
}: {
  trigger: ReactElement;
  label: string;
  children: ReactNode;
  open: boolean;
  onOpenChange(open: boolean): void;
  align?: "start" | "end";
}) {
  return (
    <BasePopover.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <BasePopover.Trigger render={trigger} />
      <BasePopover.Portal>
        <BasePopover.Positioner className={styles.positioner} sideOffset={4} align={align} collisionPadding={8}>
          <BasePopover.Popup className={styles.popover} aria-label={label}>
            {children}
          </BasePopover.Popup>
        </BasePopover.Positioner>
      </BasePopover.Portal>
    </BasePopover.Root>
  );
}
