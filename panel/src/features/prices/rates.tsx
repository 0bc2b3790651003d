import { type ReactNode, useId } from "react";
import { type Key, useI18n } from "../../i18n";
import { Button, IconButton } from "../../ui/button";
import { StatusMark } from "../../ui/status";
import {
  type ContextDraft,
  NO_RATES,
  type PriceDraft,
  type PriceProblem,
  RATES,
  type Rate,
  type RateTexts,
  type ServiceDraft,
} from "./draft";
import styles from "./prices.module.css";

export const RATE_NAMES: Record<Rate, Key> = {
  prompt: "rate.prompt",
  completion: "rate.completion",
  cacheRead: "rate.cacheRead",
  cacheCreation: "rate.cacheCreation",
  cache: "rate.cache",
};

const PROBLEMS: Record<PriceProblem, Key> = {
  rate: "price.badRate",
  threshold: "price.badThreshold",
  thresholdTwice: "price.thresholdTwice",
  noRate: "price.noRate",
  name: "price.noName",
  nameTwice: "price.nameTwice",
};

type Problems = ReadonlyMap<string, PriceProblem>;

/** One number with its name above it. A field without a value says what then holds. */
function Small({
  label,
  unit,
  value,
  problem,
  placeholder,
  mono = false,
  onChange,
}: {
  label: ReactNode;
  unit?: string;
  value: string;
  problem: PriceProblem | undefined;
  placeholder?: string;
  mono?: boolean;
  onChange(value: string): void;
}) {
  const { t } = useI18n();
  const id = useId();
  return (
    <div className={styles.small}>
      <label htmlFor={id}>
        {label} {unit ? <span className="dim">{unit}</span> : null}
      </label>
      <input
        id={id}
        className={mono ? "mono" : undefined}
        inputMode={mono ? "text" : "decimal"}
        autoComplete="off"
        spellCheck={false}
        value={value}
        placeholder={placeholder}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-error` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem ? (
        <p id={`${id}-error`} className={styles.smallError}>
          <StatusMark state="bad" />
          <span>{t(PROBLEMS[problem])}</span>
        </p>
      ) : null}
    </div>
  );
}

function Rates({
  texts,
  at,
  problems,
  placeholder,
  onChange,
}: {
  texts: RateTexts;
  at: string;
  problems: Problems;
  placeholder: (rate: Rate) => string;
  onChange(texts: RateTexts): void;
}) {
  const { t } = useI18n();
  return (
    <div className={styles.rates}>
      {RATES.map((rate) => (
        <Small
          key={rate}
          label={t(RATE_NAMES[rate])}
          value={texts[rate]}
          placeholder={placeholder(rate)}
          problem={problems.get(`${at}${rate}`)}
          onChange={(value) => onChange({ ...texts, [rate]: value })}
        />
      ))}
    </div>
  );
}

const EMPTY_MEANS: Record<Rate, Key> = {
  prompt: "rate.emptyPrompt",
  completion: "rate.emptyPrompt",
  cacheRead: "rate.emptyRead",
  cacheCreation: "rate.emptyWrite",
  cache: "rate.emptyCache",
};

/** Base rates, context tiers and service tiers. */
export function RateForm({
  draft,
  problems,
  onChange,
}: {
  draft: PriceDraft;
  problems: Problems;
  onChange(draft: PriceDraft): void;
}) {
  const { t } = useI18n();
  const base = (rate: Rate) => t(EMPTY_MEANS[rate]);
  const inherit = () => t("rate.inherit");
  const setContext = (index: number, part: Partial<ContextDraft>) =>
    onChange({
      ...draft,
      contextTiers: draft.contextTiers.map((tier, each) => (each === index ? { ...tier, ...part } : tier)),
    });
  const setService = (index: number, part: Partial<ServiceDraft>) =>
    onChange({
      ...draft,
      serviceTiers: draft.serviceTiers.map((tier, each) => (each === index ? { ...tier, ...part } : tier)),
    });
  return (
    <>
      <fieldset className={styles.group}>
        <legend>{t("price.base")}</legend>
        <p className={styles.help}>{t("price.baseHelp")}</p>
        <Rates
          texts={draft.rates}
          at=""
          problems={problems}
          placeholder={base}
          onChange={(rates) => onChange({ ...draft, rates })}
        />
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{t("price.contextTiers")}</legend>
        <p className={styles.help}>{t("price.contextHelp")}</p>
        {draft.contextTiers.map((tier, index) => (
          <div key={index} className={styles.tier}>
            <div className={styles.tierHead}>
              <Small
                label={t("price.above")}
                unit={t("price.tokens")}
                value={tier.threshold}
                problem={problems.get(`context.${index}.threshold`)}
                onChange={(threshold) => setContext(index, { threshold })}
              />
              <span className="grow" />
              <IconButton
                icon="trash"
                label={t("price.removeContext", { n: index + 1 })}
                onClick={() =>
                  onChange({ ...draft, contextTiers: draft.contextTiers.filter((_, each) => each !== index) })
                }
              />
            </div>
            <Rates
              texts={tier.rates}
              at={`context.${index}.`}
              problems={problems}
              placeholder={inherit}
              onChange={(rates) => setContext(index, { rates })}
            />
          </div>
        ))}
        <Button
          small
          icon="plus"
          onClick={() =>
            onChange({ ...draft, contextTiers: [...draft.contextTiers, { threshold: "", rates: NO_RATES }] })
          }
        >
          {t("price.addContext")}
        </Button>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>{t("price.serviceTiers")}</legend>
        <p className={styles.help}>{t("price.serviceHelp")}</p>
        {draft.serviceTiers.map((tier, index) => (
          <div key={index} className={styles.tier}>
            <div className={styles.tierHead}>
              <Small
                mono
                label={t("price.mode")}
                value={tier.mode}
                placeholder="fast"
                problem={problems.get(`service.${index}.mode`)}
                onChange={(mode) => setService(index, { mode })}
              />
              <Small
                mono
                label={t("price.tier")}
                value={tier.serviceTier}
                placeholder="priority"
                problem={problems.get(`service.${index}.serviceTier`)}
                onChange={(serviceTier) => setService(index, { serviceTier })}
              />
              <span className="grow" />
              <IconButton
                icon="trash"
                label={t("price.removeService", { n: index + 1 })}
                onClick={() =>
                  onChange({ ...draft, serviceTiers: draft.serviceTiers.filter((_, each) => each !== index) })
                }
              />
            </div>
            <Rates
              texts={tier.rates}
              at={`service.${index}.`}
              problems={problems}
              placeholder={inherit}
              onChange={(rates) => setService(index, { rates })}
            />
          </div>
        ))}
        <Button
          small
          icon="plus"
          onClick={() =>
            onChange({
              ...draft,
              serviceTiers: [...draft.serviceTiers, { mode: "", serviceTier: "", rates: NO_RATES }],
            })
          }
        >
          {t("price.addService")}
        </Button>
      </fieldset>
    </>
  );
}
