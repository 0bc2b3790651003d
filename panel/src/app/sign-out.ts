import { useCallback } from "react";
import { useI18n } from "../i18n";
import { useFailureText } from "../i18n/failure";
import { useToast } from "../ui/toast";
import { signOut } from "./session";

/** Ends the session, or says that it has not ended. */
export function useSignOut(): () => void {
  const { t } = useI18n();
  const toast = useToast();
  const failureText = useFailureText();
  return useCallback(() => {
    const leave = async () => {
      try {
        await signOut();
      } catch (error) {
        toast.show({
          state: "bad",
          title: t("session.stillSignedIn"),
          text: failureText(error),
          about: "sign-out",
          action: { label: t("action.retry"), run: leave },
        });
      }
    };
    void leave();
  }, [t, toast, failureText]);
}
