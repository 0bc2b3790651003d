import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { asApiError } from "../api/errors";
import { useI18n } from "../i18n";
import { refusalWords } from "../i18n/refusals";
import { Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { Bare } from "./bare";

/** The manager does not answer, or a page could not be shown. */
export function PageError({ error }: ErrorComponentProps) {
  const { t, language } = useI18n();
  const router = useRouter();
  const found = asApiError(error);
  const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
  return (
    <Bare>
      <h1>{found.unreachable ? t("unreachable.title") : t("error.page")}</h1>
      <Banner state="bad" title={found.unreachable ? t("unreachable.text", { host: location.host }) : words.text} alert>
        {found.unreachable ? t("unreachable.hint") : words.hint}
      </Banner>
      <Button icon="retry" onClick={() => void router.invalidate()}>
        {t("action.retry")}
      </Button>
    </Bare>
  );
}
