import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useI18n } from "../i18n";
import { useNow } from "../lib/now";
import { IconButton } from "../ui/button";
import { Popover } from "../ui/menu";
import { StatusMark } from "../ui/status";
import { useNoticeHistory } from "../ui/toast";
import styles from "./bell.module.css";

/** Everything that was said in this tab, kept after its toast has left. */
export function Bell() {
  const { t, format } = useI18n();
  const now = useNow(30_000);
  const { notices, unseen, unseenFailure, actions, take, markSeen, clear } = useNoticeHistory();
  const [open, setOpen] = useState(false);
  return (
    <span className={styles.bell}>
      <Popover
        label={t("bell.label")}
        align="end"
        open={open}
        onOpenChange={(next) => {
          setOpen(next);
          if (!next) markSeen();
        }}
        trigger={<IconButton icon="bell" label={unseen > 0 ? t("bell.unseen", { n: unseen }) : t("bell.label")} />}
      >
        <div className={styles.head}>
          <h2>{t("bell.label")}</h2>
          <span className="grow" />
          {notices.length > 0 ? (
            <button type="button" className="link" onClick={clear}>
              {t("bell.clear")}
            </button>
          ) : null}
        </div>
        {notices.length === 0 ? <p className={styles.none}>{t("bell.none")}</p> : null}
        <ul className={styles.list}>
          {notices.map((notice) => (
            <li key={notice.id}>
              <StatusMark state={notice.state} />
              <div>
                <b>{notice.title}</b>
                {notice.text ? <div className="mid">{notice.text}</div> : null}
                {actions.has(notice.id) ? (
                  <button
                    type="button"
                    className="link"
                    onClick={() => {
                      // What comes of it is told by a toast.
                      setOpen(false);
                      markSeen();
                      take(notice.id);
                    }}
                  >
                    {actions.get(notice.id)?.label}
                  </button>
                ) : null}
              </div>
              <span className="dim nw" title={format.dateTime(notice.at, now)}>
                {format.ago(notice.at, now)}
              </span>
            </li>
          ))}
        </ul>
        <Link
          to="/audit"
          className={`link ${styles.trail}`}
          onClick={() => {
            setOpen(false);
            markSeen();
          }}
        >
          {t("nav.audit")}
        </Link>
      </Popover>
      {unseen > 0 ? <i className={unseenFailure ? styles.dotBad : styles.dot} /> : null}
    </span>
  );
}
