import type { Answer } from "../../api/query";
import { wholeOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { type Key, useI18n } from "../../i18n";
import { carried, changed, type FilterSearch, type ViewSearch } from "../../lib/view";
import { InlineBar } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import styles from "./dashboard.module.css";

const MEASURES = [
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
] as const;

interface Part {
  label: Key;
  tokens: number;
  /** The requests that have such tokens, where the filters can say it. */
  cache?: FilterSearch["cache"];
}

/** What the tokens were, each counted once: input as reported holds what was cached, output holds the reasoning. */
export function partsOf(answer: Pick<Answer, "totals">): Part[] {
  const of = (measure: (typeof MEASURES)[number]) => wholeOf(answer, measure) ?? 0;
  const [read, written] = [of("cache_read_tokens"), of("cache_creation_tokens")];
  const parts: Part[] = [
    { label: "mix.read", tokens: read, cache: "read" },
    { label: "mix.written", tokens: written, cache: "creation" },
    { label: "mix.input", tokens: Math.max(0, of("input_tokens") - read - written) },
    { label: "mix.output", tokens: Math.max(0, of("output_tokens") - of("reasoning_tokens")) },
    { label: "mix.reasoning", tokens: of("reasoning_tokens") },
  ];
  return parts.filter(({ tokens }) => tokens > 0).sort((a, b) => b.tokens - a.tokens);
}

export function TokenMix({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const asked = useQuestion(search, { measures: MEASURES });
  const parts = asked.data ? partsOf(asked.data.answer) : [];
  const all = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  const view = carried(search);
  return (
    <LoadedPanel
      title={t("mix.title")}
      note={asked.data ? <span title={format.count(all)}>{format.tokens(all)}</span> : null}
      loaded={asked}
      reading={t("mix.reading")}
      failed={t("mix.failed")}
      flush
    >
      {() =>
        parts.length === 0 ? (
          <Empty title={t("mix.none")} />
        ) : (
          <ul>
            {parts.map(({ label, tokens, cache }) => (
              <li key={label} className={styles.mix}>
                <ToRequests search={cache ? changed(view, { cache }) : view}>
                  <span>{t(label)}</span>
                  <InlineBar share={tokens / (parts[0]?.tokens ?? 1)} />
                  <span className="num" title={format.count(tokens)}>
                    {format.tokens(tokens)}
                  </span>
                  <span className="num dim">{format.share(tokens / all, 1)}</span>
                </ToRequests>
              </li>
            ))}
          </ul>
        )
      }
    </LoadedPanel>
  );
}
