import { Link } from "@tanstack/react-router";
import { wholeOf } from "../../app/answers";
import { useQuestion } from "../../app/data";
import { SINGLE_LABELS, SINGLES } from "../../app/filter-bar/chips";
import { FILTER_LABELS } from "../../app/filter-bar/values";
import { useI18n } from "../../i18n";
import { type ChipName, changed, chipOf, chipsOf, type ViewSearch } from "../../lib/view";

type FilterName = ChipName | (typeof SINGLES)[number] | "q";
/** So many are tried one by one. */
const MOST = 6;

/** The filters of a view, each of which may be the one that leaves nothing. */
export function filterNames(search: ViewSearch): FilterName[] {
  const single = [...SINGLES, "q" as const].filter((name) => search[name] !== undefined);
  return [...chipsOf(search), ...single].slice(0, MOST);
}

/** Which filter empties the list: what there would be without each. One whose absence changes nothing is not named. */
export function WithoutFilters({ search }: { search: ViewSearch }) {
  const names = filterNames(search);
  // Without its only filter, the view is what "remove the filters" shows.
  if (names.length < 2) return null;
  return (
    <ul>
      {names.map((name) => (
        <Without key={name} name={name} search={search} />
      ))}
    </ul>
  );
}

function Without({ name, search }: { name: FilterName; search: ViewSearch }) {
  const { t } = useI18n();
  const rest = changed(search, { [name]: undefined } as Partial<ViewSearch>);
  const asked = useQuestion(rest, { measures: ["calls"] });
  const calls = asked.changing ? 0 : (wholeOf(asked.data?.answer, "calls") ?? 0);
  if (calls === 0) return null;
  const label =
    name === "q"
      ? t("filter.search")
      : name === "status" || name === "cache" || name === "slow"
        ? t(SINGLE_LABELS[name])
        : t(FILTER_LABELS[chipOf(name).dimension]);
  return (
    <li>
      <Link to="/requests" search={rest as never} className="link">
        {t("empty.without", { name: label, n: calls })}
      </Link>
    </li>
  );
}
