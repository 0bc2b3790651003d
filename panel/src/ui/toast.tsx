import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from "react";
import { IconButton } from "./button";
import { type State, StatusMark } from "./status";
import styles from "./toast.module.css";

interface Toast {
  id: number;
  state: State;
  title: string;
  text?: string | undefined;
}

interface Toasts {
  show(toast: Omit<Toast, "id">): void;
}

const ToastContext = createContext<Toasts | null>(null);
const STAY_MS = 6_000;

export function useToast(): Toasts {
  const found = use(ToastContext);
  if (!found) throw new Error("useToast outside of ToastProvider");
  return found;
}

/** Results of acts. Success leaves by itself; what failed stays until it is closed. */
export function ToastProvider({ closeLabel, children }: { closeLabel: string; children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(1);
  const held = useRef(false);
  const close = useCallback((id: number) => setToasts((list) => list.filter((toast) => toast.id !== id)), []);
  const value = useMemo<Toasts>(
    () => ({
      show(toast) {
        const id = next.current++;
        setToasts((list) => [...list.slice(-3), { ...toast, id }]);
        if (toast.state === "bad") return;
        const leave = () => {
          if (held.current) setTimeout(leave, 1_000);
          else close(id);
        };
        setTimeout(leave, STAY_MS);
      },
    }),
    [close],
  );
  const hold = (on: boolean) => () => {
    held.current = on;
  };
  return (
    <ToastContext value={value}>
      {children}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only keeps toasts from leaving while they are read */}
      <div
        className={styles.stack}
        onMouseEnter={hold(true)}
        onMouseLeave={hold(false)}
        onFocus={hold(true)}
        onBlur={hold(false)}
      >
        {toasts.map((toast) => (
          <div key={toast.id} className={styles.toast} role={toast.state === "bad" ? "alert" : "status"}>
            <StatusMark state={toast.state} />
            <div>
              <b>{toast.title}</b>
              {toast.text ? <div className="mid">{toast.text}</div> : null}
            </div>
            <span className="grow" />
            <IconButton icon="close" label={closeLabel} onClick={() => close(toast.id)} />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
