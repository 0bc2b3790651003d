import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { asApiError } from "../api/errors";
import { useI18n } from "../i18n";
import { Banner } from "../ui/banner";
import { Button } from "../ui/button";
import { Bare } from "./bare";

/** The manager does not answer, or a page could not be shown. */
export function PageError({ error }: ErrorComponentProps) {
  const { t } = useI18n();
  const router = useRouter();
  const found = asApiError(error);
  return (
    <Bare>
      <h1>{found.unreachable ? t("unreachable.title") : t("error.page")}</h1>
      <Banner
        state="bad"
        title={found.unreachable ? t("unreachable.text", { host: location.host }) : found.message}
        alert
      >
        {found.unreachable ? t("unreachable.hint") : found.hint}
      </Banner>
      <Button icon="retry" onClick={() => void router.invalidate()}>
        {t("action.retry")}
      </Button>
    </Bare>
  );
}
