import { useCallback } from "react";
import { ApiError } from "../api/errors";
import { useI18n } from ".";
import { refusalWords, sentences } from "./refusals";

/** Why an act failed and what to do next, in one text of the chosen language. */
export function useFailureText(): (error: unknown) => string {
  const { t, language } = useI18n();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
      if (error.unreachable) return t("error.noAnswer");
      const words = refusalWords(language, { code: error.code, text: error.message, hint: error.hint });
      return sentences(words.text, words.hint);
    },
    [t, language],
  );
}
