import { useI18n } from "../../i18n";
import { AddPopover, Remove } from "./chips";
import styles from "./filter-bar.module.css";

/** A filter that only one page has: some of a fixed list. */
export interface OwnFilter {
  /** What the address calls it. */
  name: string;
  label: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  onChosen(chosen: string[]): void;
}

/** Its values to tick. Also the content of the phone's sheet. */
export function OwnValues({ label, options, chosen, onChosen }: OwnFilter) {
  return (
    <fieldset className={styles.own}>
      <legend className={styles.menuNote}>{label}</legend>
      {options.map(({ value, label: text }) => (
        <label key={value} className={styles.option}>
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={() =>
              onChosen(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value])
            }
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

/** What was chosen as a phrase: "Action is Prices". */
export function OwnChip({ label, options, chosen, onChosen }: OwnFilter) {
  const { t } = useI18n();
  if (chosen.length === 0) return null;
  const names = chosen.map((value) => options.find((option) => option.value === value)?.label ?? value);
  return (
    <span className={styles.chip}>
      <span className={styles.phrase} title={names.join(", ")}>
        <span>{t("filter.is", { name: label })}</span>
        <b>{names.length > 1 ? `${names[0]}, +${names.length - 1}` : names[0]}</b>
      </span>
      <Remove label={label} onRemove={() => onChosen([])} />
    </span>
  );
}

export function OwnAdd(filter: OwnFilter) {
  return (
    <AddPopover>
      <OwnValues {...filter} />
    </AddPopover>
  );
}
