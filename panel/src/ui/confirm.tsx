import { AlertDialog } from "@base-ui/react/alert-dialog";
import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from "react";
import { useI18n } from "../i18n";
import { useFailureText } from "../i18n/failure";
import { Button } from "./button";
import styles from "./dialog.module.css";
import { TextField } from "./field";
import { StatusMark } from "./status";

export interface Question {
  /** The question, with the name of what it is about. */
  title: string;
  /** The effect, in numbers. */
  body?: ReactNode;
  /** A verb: what is going to happen. */
  confirm: string;
  /** A verb: what happens otherwise. */
  keep: string;
  danger?: boolean;
  /** Must be typed where data is lost that nothing brings back. */
  typeToConfirm?: string;
  /** Runs while the dialog waits; a failure stays in the dialog. */
  run?(): Promise<unknown>;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask | null>(null);

/** Asks before an act that cannot be undone. Resolves to whether it was (to be) done. */
export function useConfirm(): Ask {
  const found = use(ConfirmContext);
  if (!found) throw new Error("useConfirm outside of ConfirmProvider");
  return found;
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<(Question & { id: number }) | null>(null);
  const [open, setOpen] = useState(false);
  const answer = useRef<(done: boolean) => void>(() => {});
  const ask = useCallback<Ask>((next) => {
    answer.current(false);
    // Each question is a new one, though it was asked before: nothing of the last answer is left in it.
    setQuestion((last) => ({ ...next, id: (last?.id ?? 0) + 1 }));
    setOpen(true);
    return new Promise((resolve) => {
      answer.current = resolve;
    });
  }, []);
  const close = useCallback((done: boolean) => {
    setOpen(false);
    answer.current(done);
    answer.current = () => {};
  }, []);
  const value = useMemo(() => ask, [ask]);
  return (
    <ConfirmContext value={value}>
      {children}
      {question ? <ConfirmDialog key={question.id} question={question} open={open} onClose={close} /> : null}
    </ConfirmContext>
  );
}

function ConfirmDialog({
  question,
  open,
  onClose,
}: {
  question: Question;
  open: boolean;
  onClose(done: boolean): void;
}) {
  const { t } = useI18n();
  const failureText = useFailureText();
  const [typed, setTyped] = useState("");
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const safe = useRef<HTMLButtonElement>(null);
  const word = useRef<HTMLInputElement>(null);
  const allowed = question.typeToConfirm === undefined || typed.trim() === question.typeToConfirm.trim();
  const act = async () => {
    if (!question.run) return onClose(true);
    setRunning(true);
    setError(null);
    try {
      await question.run();
      onClose(true);
    } catch (failure) {
      setError(failureText(failure));
    } finally {
      setRunning(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && !running && onClose(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.sheet} initialFocus={question.typeToConfirm === undefined ? safe : word}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (allowed && !running) void act();
            }}
          >
            <div className={styles.question}>
              <AlertDialog.Title className={styles.title}>{question.title}</AlertDialog.Title>
              {question.body ? (
                <AlertDialog.Description render={<div />} className="mid">
                  {question.body}
                </AlertDialog.Description>
              ) : null}
              {question.typeToConfirm === undefined ? null : (
                <TextField
                  ref={word}
                  label={t("confirm.type", { word: question.typeToConfirm })}
                  value={typed}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setTyped(event.target.value)}
                />
              )}
              {error ? (
                <p className={styles.failure} role="alert">
                  <StatusMark state="bad" /> {error}
                </p>
              ) : null}
            </div>
            <footer className={styles.foot}>
              <Button ref={safe} disabled={running} onClick={() => onClose(false)}>
                {question.keep}
              </Button>
              <Button type="submit" kind={question.danger ? "danger" : "primary"} disabled={!allowed || running}>
                {running ? t("confirm.running") : question.confirm}
              </Button>
            </footer>
          </form>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
