import { useBlocker } from "@tanstack/react-router";
import { useI18n } from "../i18n";
import { useConfirm } from "../ui/confirm";

/** Asks before unsaved changes are left behind: another page of the panel, a reload, a closed tab. */
export function useUnsavedGuard(count: number, discard?: () => void): void {
  const { t } = useI18n();
  const confirm = useConfirm();
  useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      // Another view of the same page keeps the form.
      if (count === 0 || current.pathname === next.pathname) return false;
      const leave = await confirm({
        title: t("unsaved.title", { n: count }),
        body: t("unsaved.text"),
        confirm: t("unsaved.discard"),
        keep: t("unsaved.keep"),
        danger: true,
      });
      if (leave) discard?.();
      return !leave;
    },
    enableBeforeUnload: () => count > 0,
    disabled: count === 0,
  });
}
