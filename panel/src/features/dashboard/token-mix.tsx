import { wholeOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { LoadedPanel } from "../../app/loaded";
import { ToRequests } from "../../app/to-requests";
import { TOKEN_PARTS, type TokenPart, tokenMix } from "../../app/token-parts";
import { useI18n } from "../../i18n";
import { carried, changed, type FilterSearch, type ViewSearch } from "../../lib/view";
import { InlineBar } from "../../ui/chart";
import { Empty } from "../../ui/panel";
import styles from "./dashboard.module.css";
import { FIGURES_AND_MIX, type MIX } from "./questions";

/** The requests that have such tokens, where the filters can say it. */
const CACHE: Partial<Record<TokenPart, FilterSearch["cache"]>> = { cached: "read", written: "creation" };

/** What the tokens of the view were, the most first. */
export function TokenMix({ search }: { search: ViewSearch }) {
  const { t, format } = useI18n();
  const asked = useQuestion(search, FIGURES_AND_MIX);
  const of = (measure: (typeof MIX)[number]) => wholeOf(asked.data?.answer, measure) ?? 0;
  const all = of("total_tokens");
  const mix = tokenMix({
    input: of("input_tokens"),
    cached: of("cached_tokens") + of("cache_read_tokens"),
    written: of("cache_creation_tokens"),
    output: of("output_tokens"),
    reasoning: of("reasoning_tokens"),
    total: all,
  });
  const parts = mix.parts.filter(({ tokens }) => tokens > 0).sort((a, b) => b.tokens - a.tokens);
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
            {parts.map(({ id, tokens, share }) => (
              <li key={id} className={styles.mix}>
                <ToRequests search={CACHE[id] ? changed(view, { cache: CACHE[id] }) : view}>
                  <span>{t(TOKEN_PARTS[id])}</span>
                  <InlineBar share={tokens / (parts[0]?.tokens ?? 1)} />
                  <span className="num" title={format.count(tokens)}>
                    {format.tokens(tokens)}
                  </span>
                  <span className="num dim">{format.share(share, 1)}</span>
                </ToRequests>
              </li>
            ))}
            {mix.overlap > 0 ? (
              <li className={`${styles.overlap} dim`}>{t("mix.overlap", { n: mix.overlap })}</li>
            ) : null}
          </ul>
        )
      }
    </LoadedPanel>
  );
}
