import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { queryClient, sessionQuery } from "../api/queries";
import { useI18n } from "../i18n";
import { useConfirm } from "../ui/confirm";
import { askBeforeSignOut } from "./session";

/** Asks before unsaved changes are left behind: another page of the panel, signing out, a reload, a closed tab. */
export function useUnsavedGuard(count: number, discard?: () => void): void {
  const { t } = useI18n();
  const confirm = useConfirm();
  /**
   * A person has given the changes up to sign out; once that is done they are not asked again, on the way to the login page.
   */
  const givenUp = useRef(false);
  const ask = async () => {
    const leave = await confirm({
      title: t("unsaved.title", { n: count }),
      body: t("unsaved.text"),
      confirm: t("unsaved.discard"),
      keep: t("unsaved.keep"),
      danger: true,
    });
    if (leave) discard?.();
    return leave;
  };
  const latest = useRef(ask);
  latest.current = ask;
  const unsaved = count > 0;
  useEffect(() => {
    if (!unsaved) return;
    return askBeforeSignOut(async () => {
      givenUp.current = await latest.current();
      return givenUp.current;
    });
  }, [unsaved]);
  useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      // Another view of the same page keeps the form.
      const signedOut = givenUp.current && queryClient.getQueryData(sessionQuery.queryKey) === null;
      if (count === 0 || signedOut || current.pathname === next.pathname) return false;
      return !(await ask());
    },
    enableBeforeUnload: () => count > 0,
    disabled: count === 0,
  });
}
