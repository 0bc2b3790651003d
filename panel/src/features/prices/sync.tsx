import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import type { Candidate, SyncAnswer } from "../../api/price-types";
import { prices } from "../../api/prices";
import { type Key, useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { Button } from "../../ui/button";
import { Panel } from "../../ui/panel";
import { Status } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { rateOf } from "./draft";
import styles from "./prices.module.css";
import { bookKey } from "./query";
import { formatRate } from "./rate-text";

const REASONS: Readonly<Record<string, Key | undefined>> = {
  "exact-model-id": "reason.exact",
  "case-insensitive-model-id": "reason.case",
  "same-model-with-provider-prefix": "reason.prefix",
  "model-name-contains": "reason.contains",
  "normalized-model-name": "reason.normalised",
  "normalized-name-contains": "reason.contains",
  "shared-model-tokens": "reason.tokens",
  "same-model-family": "reason.family",
  "similar-model-name": "reason.similar",
  "weak-similarity": "reason.weak",
};

/** What a synchronisation did: each source, the counts, and what a person must choose. */
export function SyncResult({ answer, onClose }: { answer: SyncAnswer; onClose(): void }) {
  const { t, format } = useI18n();
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const open = (answer.candidates ?? []).filter(({ model }) => !done.has(model));
  const kept = (reason: string) => (answer.kept ?? []).filter((each) => each.reason === reason).length;
  const counts = [
    t("sync.imported", { n: answer.imported }),
    t("sync.skipped", { n: answer.skipped }),
    ...(answer.preserved?.length ? [t("sync.preserved", { n: answer.preserved.length })] : []),
    ...(kept("locked") > 0 ? [t("sync.locked", { n: kept("locked") })] : []),
    ...(kept("manual") > 0 ? [t("sync.manual", { n: kept("manual") })] : []),
    ...(answer.unmatched?.length ? [t("sync.unmatched", { n: answer.unmatched.length })] : []),
    ...(answer.proxyUsed ? [t("sync.proxy")] : []),
  ];
  return (
    <Panel
      title={t("sync.title")}
      actions={
        <Button small kind="ghost" onClick={onClose}>
          {t("action.close")}
        </Button>
      }
    >
      <div aria-live="polite">
        <ul className={styles.sources}>
          {(answer.sourceResults ?? []).map((result) => (
            <li key={result.source}>
              <Status state={result.error ? "bad" : "ok"}>
                <b>{result.source}</b>
              </Status>{" "}
              {result.error ? (
                <span className="mid">{result.error}</span>
              ) : (
                <span className="dim">{t("sync.source", { n: result.models, skipped: result.skipped })}</span>
              )}
            </li>
          ))}
        </ul>
        <p className="mid">{counts.join(" · ")}</p>
        {answer.unmatched?.length ? (
          <p className={styles.help}>{t("sync.unmatchedList", { models: answer.unmatched.join(", ") })}</p>
        ) : null}
      </div>
      {open.length > 0 ? (
        <>
          <h3 className={styles.candidatesHead}>{t("sync.candidates", { n: open.length })}</h3>
          <p className={styles.help}>{t("sync.candidatesHelp")}</p>
          <ul className={styles.candidates}>
            {open.map(({ model, candidates }) => (
              <Candidates
                key={model}
                model={model}
                candidates={candidates}
                onDone={() => setDone((before) => new Set(before).add(model))}
              />
            ))}
          </ul>
        </>
      ) : answer.candidates?.length ? (
        <p className="mid">{t("sync.allChosen", { n: format.count(answer.candidates.length) })}</p>
      ) : null}
    </Panel>
  );
}

/** The entries that may be meant, by source. Nothing is taken before a person says so. */
function Candidates({
  model,
  candidates,
  onDone,
}: {
  model: string;
  candidates: readonly Candidate[];
  onDone(): void;
}) {
  const { t, format, language } = useI18n();
  const client = useQueryClient();
  const toast = useToast();
  const [chosen, setChosen] = useState(0);
  const save = useMutation({
    mutationFn: (candidate: Candidate) =>
      prices.save(model, {
        price: { ...candidate.price, sourceModelId: candidate.sourceModelId },
        all_history: true,
      }),
    onSuccess: async () => {
      toast.show({ state: "ok", title: t("price.saved", { model }) });
      onDone();
      await client.invalidateQueries({ queryKey: bookKey });
    },
    onError: (error) => {
      const found = asApiError(error);
      const words = refusalWords(language, { code: found.code, text: found.message, hint: found.hint });
      toast.show({ state: "bad", title: t("price.notSaved"), text: sentences(words.text, words.hint) });
    },
  });
  const rate = (candidate: Candidate, name: "prompt" | "completion") => {
    const value = rateOf(candidate.price, name);
    return formatRate(value);
  };
  const candidate = candidates[chosen];
  return (
    <li>
      <fieldset className={styles.candidate}>
        <legend>{model}</legend>
        {candidates.map((each, index) => {
          const reason = REASONS[each.reason];
          return (
            <label key={`${each.price.source ?? ""}/${each.sourceModelId}`}>
              <input
                type="radio"
                name={`candidate-${model}`}
                checked={index === chosen}
                onChange={() => setChosen(index)}
              />
              <span className={styles.chip}>{each.price.source ?? t("origin.synced")}</span>
              <code className="cut">{each.sourceModelId}</code>
              <span className="dim">
                {format.share(each.score, 0)} · {reason ? t(reason) : each.reason}
              </span>
              <span className="num">
                {t("sync.rates", { in: rate(each, "prompt"), out: rate(each, "completion") })}
              </span>
            </label>
          );
        })}
      </fieldset>
      <div className="row">
        <Button
          small
          disabled={save.isPending || !candidate}
          aria-label={t("sync.useFor", { model })}
          onClick={() => candidate && save.mutate(candidate)}
        >
          {t("sync.use")}
        </Button>
        <Button small kind="ghost" onClick={onDone} aria-label={t("sync.noneFor", { model })}>
          {t("sync.none")}
        </Button>
      </div>
    </li>
  );
}
