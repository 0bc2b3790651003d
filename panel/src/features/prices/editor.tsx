import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useMemo, useRef, useState } from "react";
import { asApiError } from "../../api/errors";
import { prices } from "../../api/prices";
import { Page } from "../../app/shell";
import { useUnsavedGuard } from "../../app/unsaved";
import { useI18n } from "../../i18n";
import { useFailureText } from "../../i18n/failure";
import { refusalWords, sentences } from "../../i18n/refusals";
import { Banner } from "../../ui/banner";
import { Button, buttonClass, Segmented } from "../../ui/button";
import { useConfirm } from "../../ui/confirm";
import { SwitchField, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Panel, Skeleton } from "../../ui/panel";
import { StatusMark } from "../../ui/status";
import { useToast } from "../../ui/toast";
import { Failed } from "../collector/failed";
import { countChanges, draftOf, priceOf, problemsOf } from "./draft";
import { type Change, EffectPanel } from "./effect";
import { currentVersion, kindOf, type PriceBook, type PricedModel } from "./list";
import styles from "./prices.module.css";
import { bookKey, bookQuery } from "./query";
import { RateForm } from "./rates";
import { restoreOf, savePrice, type WayBack } from "./undo";
import { VersionsPanel } from "./versions";

/** One model's price at its own address: rates, tiers, from when on, and what the total becomes. */
export function PriceEditorPage() {
  const { t } = useI18n();
  const { model } = useSearch({ from: "/signed-in/app/prices/edit" });
  const book = useQuery(bookQuery);
  const title = model ? t("price.of", { model }) : t("price.new");
  return (
    <Page title={title}>
      <div className={styles.editor}>
        <p className={styles.back}>
          <Link to="/prices" className="link">
            <Icon name="left" small /> {t("price.back")}
          </Link>
        </p>
        {book.data ? (
          <Editor key={model ?? ""} book={book.data} model={model ?? ""} />
        ) : (
          <Panel title={title}>
            {book.isError ? (
              <Failed error={book.error} what={t("prices.unreadable")} onRetry={() => void book.refetch()} />
            ) : (
              <Skeleton label={t("prices.reading")} />
            )}
          </Panel>
        )}
      </div>
    </Page>
  );
}

type Scope = "from_now" | "all_history";

/** Of what a notice tells: an older change of the same price is not taken back past a newer one. */
const aboutPrice = (model: string) => `price ${model}`;

function Editor({ book, model: given }: { book: PriceBook; model: string }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const failureText = useFailureText();
  const confirm = useConfirm();
  const form = useRef<HTMLFormElement>(null);
  const item = book.items.find((each) => each.model === given);
  // The form keeps what it began with: a refresh must not change what is being typed.
  const [before] = useState(() => draftOf(item && currentVersion(item.versions, Date.now())?.price));
  const [draft, setDraft] = useState(before);
  const [model, setModel] = useState(given);
  const [scope, setScope] = useState<Scope>(book.versioned ? "from_now" : "all_history");
  /** As chosen here; until then it follows what is stored. A first price of one's own is locked. */
  const [lock, setLock] = useState<boolean | null>(null);
  const [existed] = useState(item !== undefined);
  /** The price before an attempt that may have failed half-way: what Undo goes back to. */
  const tried = useRef<{ item: PricedModel | undefined } | null>(null);
  const [checked, setChecked] = useState(false);
  const [left, setLeft] = useState(false);

  const name = model.trim();
  const taken = given === "" && book.items.some((each) => each.model === name && kindOf(each.origin) !== "bundled");
  const problems = problemsOf(draft);
  const shown = checked ? problems : new Map([...problems].filter(([, kind]) => kind === "rate"));
  const nameError = name === "" ? t("price.noModel") : taken ? t("price.taken") : undefined;
  const changed = countChanges(before, draft) + (name === given ? 0 : 1);
  const locked = lock ?? (existed ? item?.locked : undefined) ?? true;
  const lockChanged = item !== undefined && locked !== item.locked ? 1 : 0;
  const count = left ? 0 : changed + lockChanged;
  useUnsavedGuard(count);

  const valid = problems.size === 0 && !nameError;
  const change = useMemo<Change | null>(
    () => (valid && changed > 0 ? { model: name, price: priceOf(draft), all_history: scope === "all_history" } : null),
    [valid, changed, name, draft, scope],
  );
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: bookKey });
    await client.invalidateQueries({ queryKey: ["data"] });
  };
  const leave = async () => {
    setLeft(true);
    await refresh();
    void navigate({ to: "/prices" });
  };
  const offered = (back: WayBack | undefined) =>
    back ? { action: { label: t("price.undo"), run: () => takeBack(back) } } : {};
  const takeBack = async (back: WayBack) => {
    const about = aboutPrice(name);
    try {
      if (await back()) toast.show({ state: "ok", title: t("price.undone", { model: name }), about });
      else toast.show({ state: "warn", title: t("price.changedSince", { model: name }), about });
    } catch (error) {
      toast.show({ state: "bad", title: t("price.notUndone"), text: failureText(error) });
      // It stays on offer.
      throw error;
    } finally {
      void refresh();
    }
  };
  const save = useMutation({
    mutationFn: () => {
      tried.current ??= { item };
      return savePrice(tried.current.item, {
        model: name,
        price: changed > 0 ? priceOf(draft) : undefined,
        allHistory: scope === "all_history",
        locked,
      });
    },
    onSuccess: async (back) => {
      toast.show({
        state: "ok",
        title: t("price.saved", { model: name }),
        text: t("price.savedText"),
        about: aboutPrice(name),
        ...offered(back),
      });
      await leave();
    },
  });
  const keep = useMutation({
    mutationFn: () => prices.keepVersions(true),
    onSuccess: async () => {
      setScope("from_now");
      toast.show({ state: "ok", title: t("price.versionsOn") });
      await client.invalidateQueries({ queryKey: bookKey });
    },
    onError: (error) => toast.show({ state: "bad", title: t("price.notSaved"), text: failureText(error) }),
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!valid && changed > 0) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    if (save.isPending || count === 0) return;
    // A price for all history takes the place of several ones, which nothing brings back.
    const several = item && kindOf(item.origin) !== "bundled" && item.versions.length > 1;
    if (
      several &&
      changed > 0 &&
      scope === "all_history" &&
      !(await confirm({
        title: t("version.askApply", { model: name }),
        body: t("version.askApplyText", { n: item.versions.length }),
        confirm: t("price.save"),
        keep: t("price.keep"),
        danger: true,
        typeToConfirm: name,
      }))
    )
      return;
    save.mutate();
  };
  const remove = async () => {
    const back = restoreOf(item);
    const lost = back ? "" : t("price.askRemoveLost", { n: item?.versions.length ?? 0 });
    const done = await confirm({
      title: t("price.askRemove", { model: given }),
      body: sentences(t("price.askRemoveText"), lost),
      confirm: t("price.remove"),
      keep: t("price.keep"),
      danger: true,
      ...(back ? {} : { typeToConfirm: given }),
      run: () => prices.remove(given),
    });
    if (!done) return;
    toast.show({
      state: "ok",
      title: t("price.removed", { model: given }),
      about: aboutPrice(given),
      ...offered(back),
    });
    await leave();
  };
  const failure = save.error ? asApiError(save.error) : null;
  const words = failure
    ? refusalWords(language, { code: failure.code, text: failure.message, hint: failure.hint })
    : null;
  const unpriced = book.unpriced.find((each) => each.model === name);
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} className={styles.columns} noValidate>
      <div className={styles.left}>
        {item && kindOf(item.origin) === "bundled" ? (
          <Banner state="unknown" title={t("price.bundledTitle", { date: book.bundled.date })}>
            {t("price.bundledText")}
          </Banner>
        ) : null}
        {unpriced ? (
          <Banner state="warn" title={t("price.unpricedTitle", { n: unpriced.calls })}>
            {t("price.unpricedText")}
          </Banner>
        ) : null}
        <Panel title={t("price.rates")} note={t("price.unit")}>
          {given === "" ? (
            <div className={styles.model}>
              <TextField
                label={t("field.model")}
                help={t("price.modelHelp")}
                error={checked || taken ? nameError : undefined}
                name="model"
                autoComplete="off"
                spellCheck={false}
                list="models-without-price"
                value={model}
                onChange={(event) => setModel(event.target.value)}
              />
              <datalist id="models-without-price">
                {book.unpriced.map((each) => (
                  <option key={each.model} value={each.model} />
                ))}
              </datalist>
            </div>
          ) : null}
          <RateForm draft={draft} problems={shown} onChange={setDraft} />
        </Panel>
        <Panel title={t("price.validity")}>
          <div className={styles.scope}>
            {book.versioned ? (
              <>
                <Segmented<Scope>
                  label={t("price.validity")}
                  value={scope}
                  options={[
                    { value: "from_now", label: t("price.fromNow") },
                    { value: "all_history", label: t("price.allHistory") },
                  ]}
                  onChange={setScope}
                />
                <p className={styles.help}>
                  {scope === "from_now" ? t("price.fromNowHelp") : t("price.allHistoryHelp")}
                </p>
              </>
            ) : (
              <>
                <p>{t("price.allHistoryHelp")}</p>
                <p className={styles.help}>{t("price.versionsOff")}</p>
                <Button small disabled={keep.isPending} onClick={() => keep.mutate()}>
                  {t("price.keepVersions")}
                </Button>
              </>
            )}
          </div>
          <SwitchField label={t("price.lock")} help={t("price.lockHelp")} checked={locked} onChange={setLock} />
        </Panel>
        {failure && words ? (
          <Banner state="bad" title={t("price.notSaved")} alert>
            {sentences(failure.unreachable ? t("error.noAnswer") : words.text, words.hint)}
          </Banner>
        ) : null}
      </div>
      <div className={styles.right}>
        <EffectPanel change={change} />
        {item ? <VersionsPanel item={item} bundled={book.bundled} /> : null}
      </div>
      <div className={styles.bar}>
        {count > 0 ? (
          <>
            <StatusMark state="warn" />
            <b role="status">{t("settings.unsaved", { n: count })}</b>
          </>
        ) : null}
        {checked && !valid ? <span className={styles.barProblem}>{t("settings.correctFirst")}</span> : null}
        <span className="grow" />
        {item && kindOf(item.origin) !== "bundled" ? (
          <Button kind="ghost" icon="trash" onClick={() => void remove()}>
            {t("price.remove")}
          </Button>
        ) : null}
        {count > 0 ? (
          <Button
            kind="ghost"
            onClick={() => {
              setDraft(before);
              setModel(given);
              setLock(null);
              setChecked(false);
              tried.current = null;
              save.reset();
            }}
          >
            {t("settings.discard")}
          </Button>
        ) : (
          <Link to="/prices" className={buttonClass("ghost")}>
            {t("price.back")}
          </Link>
        )}
        <Button kind="primary" type="submit" disabled={count === 0 || save.isPending}>
          {save.isPending ? t("settings.saving") : t("price.save")}
        </Button>
      </div>
    </form>
  );
}
