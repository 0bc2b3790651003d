import { Tooltip as BaseTooltip } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { UNKNOWN } from "../lib/format";
import styles from "./tooltip.module.css";

export function TooltipProvider({ children }: { children: ReactNode }) {
  return <BaseTooltip.Provider delay={300}>{children}</BaseTooltip.Provider>;
}

/** More about something that can have the focus. The trigger keeps its own name. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={children} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner className={styles.positioner} sideOffset={6} collisionPadding={8}>
          <BaseTooltip.Popup className={styles.tooltip}>{text}</BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}

/** A value that is not known, with the reason on hover and for screen readers. */
export function Unknown({ reason }: { reason: string }) {
  return (
    <span title={reason} className="dim">
      <span aria-hidden="true">{UNKNOWN}</span>
      <span className="sr">{reason}</span>
    </span>
  );
}
