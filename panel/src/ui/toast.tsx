import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { IconButton } from "./button";
import { type State, StatusMark } from "./status";
import styles from "./toast.module.css";

interface Action {
  label: string;
  /** Where its promise fails, it can be tried again. */
  run(): unknown;
}

/** An act that can be taken back. */
interface Offer extends Action {
  about: string | undefined;
  /** It is being taken back now, and is not offered until that has failed. */
  taken: boolean;
}

interface Toast {
  id: number;
  state: State;
  title: string;
  text?: string | undefined;
  /**
   * Takes the act back. It is kept under the bell until it has been used, until `about` is told of again, or until its notice
   * goes.
   */
  action?: Action | undefined;
  /** What it is about: once something newer was said of that, an older act on it can no longer be taken back. */
  about?: string | undefined;
}

/** A toast as it is kept after it has left. */
export interface Notice {
  id: number;
  at: number;
  state: State;
  title: string;
  text?: string | undefined;
}

interface Toasts {
  show(toast: Omit<Toast, "id">): void;
}

interface History {
  /** Newest first. */
  notices: readonly Notice[];
  /** How many have come since the list was last looked at. */
  unseen: number;
  /** Whether one of those tells of a failure. */
  unseenFailure: boolean;
  /** The acts that can still be taken back, by the notice that tells of them. They last as long as the page. */
  actions: ReadonlyMap<number, Action>;
  /** Takes one back. */
  take(id: number): void;
  markSeen(): void;
  clear(): void;
}

const ToastContext = createContext<Toasts | null>(null);
const HistoryContext = createContext<History | null>(null);
const STAY_MS = 6_000;
/** One that offers something, such as to undo: time to look at what was done first. */
const STAY_WITH_ACTION_MS = 12_000;
const KEPT = 100;
/** Of this tab, until it is closed: a reload does not take away what was said. Notices hold words, never a key. */
const STORE = "cpamp.notices";

function readNotices(): Notice[] {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
    if (!Array.isArray(found)) return [];
    return found
      .filter((each): each is Notice => typeof each?.id === "number" && typeof each?.title === "string")
      .slice(0, KEPT);
  } catch {
    return [];
  }
}

function writeNotices(notices: readonly Notice[]): void {
  try {
    if (notices.length === 0) sessionStorage.removeItem(STORE);
    else sessionStorage.setItem(STORE, JSON.stringify(notices));
  } catch {
    // Without a store they last as long as the page.
  }
}

let forget = () => writeNotices([]);

/** Nothing that was said in a session stays behind for the next one. */
export function forgetNotices(): void {
  forget();
}

/** What has been said in this tab: what a toast of six seconds would otherwise take with it. */
export function useNoticeHistory(): History {
  const found = use(HistoryContext);
  if (!found) throw new Error("useNoticeHistory outside of ToastProvider");
  return found;
}

export function useToast(): Toasts {
  const found = use(ToastContext);
  if (!found) throw new Error("useToast outside of ToastProvider");
  return found;
}

/** Results of acts. Success leaves by itself; what failed stays until it is closed. */
export function ToastProvider({ closeLabel, children }: { closeLabel: string; children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [notices, setNotices] = useState<readonly Notice[]>(readNotices);
  const newest = Math.max(0, ...notices.map(({ id }) => id));
  const [seen, setSeen] = useState(newest);
  const next = useRef(newest + 1);
  const stack = useRef<HTMLDivElement>(null);
  const over = useRef(false);
  const [offers, setOffers] = useState<ReadonlyMap<number, Offer>>(new Map());
  const close = useCallback((id: number) => {
    // What goes under the pointer does not tell that the pointer has left it.
    over.current = false;
    setToasts((list) => list.filter((toast) => toast.id !== id));
  }, []);
  const value = useMemo<Toasts>(
    () => ({
      show(toast) {
        const id = next.current++;
        setToasts((list) => [...list.slice(-3), { ...toast, id }]);
        const { state, title, text, action, about } = toast;
        setOffers((old) => {
          const kept = [...old].filter(([, offer]) => about === undefined || offer.about !== about);
          return new Map(action ? [...kept, [id, { ...action, about, taken: false }]] : kept);
        });
        setNotices((list) => [{ id, at: Date.now(), state, title, text }, ...list].slice(0, KEPT));
        if (toast.state === "bad") return;
        const leave = () => {
          // Looked at anew each time: a button that goes while it has the focus tells nobody that it has lost it.
          if (over.current || stack.current?.contains(document.activeElement)) setTimeout(leave, 1_000);
          else close(id);
        };
        setTimeout(leave, toast.action ? STAY_WITH_ACTION_MS : STAY_MS);
      },
    }),
    [close],
  );
  const take = useCallback(
    (id: number) => {
      const offer = offers.get(id);
      if (!offer || offer.taken) return;
      close(id);
      const mark = (taken: boolean) =>
        // Once something newer was said of the same thing, the way back is gone.
        setOffers((old) => (old.has(id) ? new Map(old).set(id, { ...offer, taken }) : old));
      mark(true);
      new Promise((done) => done(offer.run())).then(
        () => setOffers((old) => new Map([...old].filter(([other]) => other !== id))),
        () => mark(false),
      );
    },
    [close, offers],
  );
  const actions = useMemo(() => new Map([...offers].filter(([, { taken }]) => !taken)), [offers]);
  // What nobody can reach any more is not kept.
  useEffect(() => {
    const told = new Set([...notices, ...toasts].map(({ id }) => id));
    setOffers((old) => {
      const kept = [...old].filter(([id]) => told.has(id));
      return kept.length === old.size ? old : new Map(kept);
    });
  }, [notices, toasts]);
  const history = useMemo<History>(() => {
    const unseen = notices.filter((notice) => notice.id > seen);
    return {
      notices,
      unseen: unseen.length,
      unseenFailure: unseen.some((notice) => notice.state === "bad"),
      actions,
      take,
      markSeen: () => setSeen(next.current - 1),
      clear: () => setNotices([]),
    };
  }, [notices, seen, actions, take]);
  useEffect(() => writeNotices(notices), [notices]);
  useEffect(() => {
    forget = () => {
      setToasts([]);
      setNotices([]);
      setOffers(new Map());
    };
    return () => {
      forget = () => writeNotices([]);
    };
  }, []);
  return (
    <ToastContext value={value}>
      <HistoryContext value={history}>{children}</HistoryContext>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only keeps toasts from leaving while they are read */}
      <div
        className={styles.stack}
        ref={stack}
        // A pointer that rests where a notice comes up reads nothing: it has just pressed what lies below.
        onMouseMove={() => {
          over.current = true;
        }}
        onMouseLeave={() => {
          over.current = false;
        }}
      >
        {toasts.map((toast) => (
          <div key={toast.id} className={styles.toast} role={toast.state === "bad" ? "alert" : "status"}>
            <StatusMark state={toast.state} />
            <div>
              <b>{toast.title}</b>
              {toast.text ? <div className="mid">{toast.text}</div> : null}
              {actions.has(toast.id) ? (
                <button type="button" className="link" onClick={() => take(toast.id)}>
                  {actions.get(toast.id)?.label}
                </button>
              ) : null}
            </div>
            <span className="grow" />
            <IconButton icon="close" label={closeLabel} onClick={() => close(toast.id)} />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
