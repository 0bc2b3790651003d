import { useI18n } from "../../i18n";
import type { Problem } from "./form";

/** What is wrong with a field, what would happen, what to enter. */
export function useProblemText(): (problem: Problem | undefined) => string | undefined {
  const { t } = useI18n();
  return (problem) => {
    switch (problem?.kind) {
      case "url":
        return t("setup.urlMissing");
      case "key":
        return t("setup.keyMissing");
      case "whole":
        return t("settings.notWhole");
      case "retention":
        return t("settings.pollTooLong", { value: problem.value, limit: problem.limit });
      default:
        return undefined;
    }
  };
}
