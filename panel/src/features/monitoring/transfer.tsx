import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { ApiError } from "../../api/errors";
import { imports } from "../../api/monitor";
import { queryClient } from "../../api/queries";
import { DATA } from "../../app/data-key";
import { type Key, useI18n } from "../../i18n";
import { refusalWords, sentences } from "../../i18n/refusals";
import { readSetting, writeSetting } from "../../lib/storage";
import { Button, buttonClass } from "../../ui/button";
import { Sheet } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { Menu, MenuItem, MenuLink } from "../../ui/menu";
import { type State, Status } from "../../ui/status";
import { ImportEngine, type ImportPhase, type ImportState } from "./import-engine";
import styles from "./monitoring.module.css";

const SETTING = "import";
const ACCEPT = ".json,.jsonl,.ndjson,.txt";

/** One import at a time, also while another page is shown. */
const engine = new ImportEngine({
  api: imports,
  store: {
    read: () => readSetting(SETTING) || null,
    write: (value) => writeSetting(SETTING, value ?? ""),
  },
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
});

/** Everything that is stored as one file, and a file of requests in. */
export function TransferMenu() {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const state = useSyncExternalStore(engine.subscribe, engine.getState);
  useEffect(() => void engine.restore(), []);
  const running = ["preparing", "uploading", "processing", "paused"].includes(state.phase);
  return (
    <>
      {running ? (
        <Button small onClick={() => setOpen(true)}>
          {t("import.running", { name: state.filename })}
        </Button>
      ) : null}
      <Menu
        trigger={
          <button type="button" className={buttonClass("ghost", true)}>
            <Icon name="more" small />
            <span className="sr">{t("transfer.title")}</span>
          </button>
        }
      >
        <MenuLink href="/v0/management/usage/export">{t("transfer.exportAll")}</MenuLink>
        <MenuItem onSelect={() => setOpen(true)}>{t("transfer.import")}</MenuItem>
      </Menu>
      <ImportSheet open={open} state={state} onClose={() => setOpen(false)} />
    </>
  );
}

const PHASES: Record<ImportPhase, { state: State; word: Key }> = {
  idle: { state: "unknown", word: "import.idle" },
  preparing: { state: "unknown", word: "import.preparing" },
  uploading: { state: "unknown", word: "import.uploading" },
  paused: { state: "unknown", word: "import.paused" },
  processing: { state: "unknown", word: "import.processing" },
  completed: { state: "ok", word: "import.completed" },
  failed: { state: "bad", word: "import.failed" },
  cancelled: { state: "unknown", word: "import.cancelled" },
};

function ImportSheet({ open, state, onClose }: { open: boolean; state: ImportState; onClose(): void }) {
  const { t, format, language } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const { phase } = state;
  const done = phase === "completed";
  useEffect(() => {
    if (done) void queryClient.invalidateQueries({ queryKey: [DATA] });
  }, [done]);
  const shown = PHASES[phase];
  const error = useMemo(() => {
    if (state.error === null) return null;
    if (!(state.error instanceof ApiError)) return state.error;
    if (state.error.unreachable) return t("error.noAnswer");
    const { code, message: text, hint } = state.error;
    const words = refusalWords(language, { code, text, hint });
    return sentences(words.text, words.hint);
  }, [state.error, language, t]);
  const choosing = ["idle", "completed", "cancelled"].includes(phase) || (phase === "failed" && !state.retryable);
  const waitsForFile = phase === "paused" && state.waitsForFile;
  const share = state.size > 0 ? state.sent / state.size : 0;
  return (
    <Sheet
      open={open}
      onClose={onClose}
      title={t("transfer.import")}
      closeLabel={t("action.close")}
      footer={
        <>
          {["uploading", "paused", "preparing", "processing"].includes(phase) ||
          (phase === "failed" && state.retryable) ? (
            <Button onClick={() => void engine.cancel()}>{t("import.cancel")}</Button>
          ) : null}
          {phase === "uploading" ? (
            <Button icon="pause" onClick={() => engine.pause()}>
              {t("import.pause")}
            </Button>
          ) : null}
          {phase === "paused" && !waitsForFile ? (
            <Button icon="play" kind="primary" onClick={() => void engine.resume()}>
              {t("import.resume")}
            </Button>
          ) : null}
          {phase === "failed" && state.retryable ? (
            <Button icon="retry" kind="primary" onClick={() => void engine.resume()}>
              {t("import.again")}
            </Button>
          ) : null}
          {choosing || waitsForFile ? (
            <Button
              kind="primary"
              disabled={!file}
              onClick={() => file && void engine.start(file).then(() => setFile(null))}
            >
              {waitsForFile ? t("import.resume") : t("import.start")}
            </Button>
          ) : null}
        </>
      }
    >
      <div className={styles.import}>
        {choosing || waitsForFile ? (
          <>
            <p className="mid">{waitsForFile ? t("import.chooseAgain", { name: state.filename }) : t("import.what")}</p>
            <label className={styles.file}>
              <span className="sr">{t("import.file")}</span>
              <input
                ref={input}
                type="file"
                accept={ACCEPT}
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              />
            </label>
            {file ? <p>{t("import.ask", { name: file.name, size: format.bytes(file.size) })}</p> : null}
          </>
        ) : null}
        {phase === "idle" ? null : (
          <div aria-live="polite" className={styles.import}>
            <p>
              <Status state={shown.state}>{t(shown.word)}</Status> <span className="mid">{state.filename}</span>
            </p>
            {["uploading", "paused", "preparing", "processing"].includes(phase) ? (
              <div className={styles.progress}>
                <progress
                  max={1}
                  {...(phase === "processing" ? {} : { value: share })}
                  aria-label={t("import.progress")}
                />
                <span className="num">
                  {phase === "processing"
                    ? t("import.stored")
                    : `${format.bytes(state.sent)} / ${format.bytes(state.size)}`}
                </span>
              </div>
            ) : null}
            {error ? <p className={styles.problem}>{error}</p> : null}
            {state.result ? <Result state={state} /> : null}
          </div>
        )}
      </div>
    </Sheet>
  );
}

function Result({ state }: { state: ImportState }) {
  const { t, format } = useI18n();
  const result = state.result;
  if (!result) return null;
  const errors = result.line_errors ?? [];
  const figures: { label: Key; value: number }[] = [
    { label: "import.added", value: result.added },
    { label: "import.skipped", value: result.skipped },
    { label: "import.bad", value: result.failed },
    { label: "import.unsupported", value: result.unsupported },
  ];
  return (
    <>
      <dl className={styles.figures}>
        {figures.map((figure) => (
          <div key={figure.label}>
            <dt>{t(figure.label)}</dt>
            <dd>{format.count(figure.value)}</dd>
          </div>
        ))}
      </dl>
      {result.warnings?.length ? (
        <ul className="mid">
          {result.warnings.map((warning) => (
            <li key={warning}>
              {warning === "legacy_usage_metadata_is_partial"
                ? t("import.partial")
                : warning === "legacy_usage_source_matching_may_be_approximate"
                  ? t("import.approximate")
                  : warning}
            </li>
          ))}
        </ul>
      ) : null}
      {errors.length > 0 ? (
        <details>
          <summary>{t("import.lines", { n: result.failed })}</summary>
          <ul className={styles.lines}>
            {errors.map((line) => (
              <li key={line.line}>
                <span className="num">{t("import.line", { n: format.count(line.line) })}</span> {line.error}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}
