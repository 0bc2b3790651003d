import { asApiError } from "../../api/errors";
import { useI18n } from "../../i18n";
import { refusalWords } from "../../i18n/refusals";
import { Banner } from "../../ui/banner";
import { Button } from "../../ui/button";
import styles from "./collector.module.css";

/** One panel could not be read; the others are not affected. */
export function Failed({ error, what, onRetry }: { error: unknown; what: string; onRetry(): void }) {
  const { t, language } = useI18n();
  const found = asApiError(error);
  const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
  return (
    <div className={styles.stack}>
      <Banner state="bad" title={what} alert>
        {found.unreachable
          ? t("error.noAnswer")
          : t(found.relayed ? "error.gatewayAnswered" : "error.answered", {
              status: String(found.status),
              text: words.text,
            })}
      </Banner>
      <div>
        <Button icon="retry" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      </div>
    </div>
  );
}
