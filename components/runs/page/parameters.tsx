import { useState } from "react";
import { useTranslations } from "use-intl";
import { Cell, Table } from "@/components/ui/table";
import type { RunDetails } from "@/lib/browser/trpc";
import { configFields, valueAt } from "@/lib/training/config-fields";
import { useShownValue } from "../shown-value";
import { Section } from "./section";

const fields = configFields();

/** What the run was configured with, and what of it differs from its preset. */
export function Parameters({ details: { run, differences, hasPreset } }: { details: RunDetails }) {
  const t = useTranslations("runs");
  const shown = useShownValue();
  const [onlyChanged, setOnlyChanged] = useState(true);
  const { preset } = run.config;
  const changed = new Map(differences.map(({ key, presetValue }) => [key, presetValue]));
  const narrowed = onlyChanged && hasPreset;
  const rows = fields.filter(({ key }) => !narrowed || changed.has(key));
  return (
    <Section title={t("run.parameters")}>
      {hasPreset ? (
        <label className="inline-flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-(--accent)"
            checked={onlyChanged}
            onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
          />
          {t("run.onlyChanged", { preset })}
        </label>
      ) : (
        <p className="text-ink-2">{t("run.unknownPreset", { preset })}</p>
      )}
      {rows.length === 0 ? (
        <p className="text-ink-2">{t("run.likePreset", { preset })}</p>
      ) : (
        <Table
          caption={t("run.parametersCaption")}
          heads={[t("run.parameters"), t("run.value"), t("run.presetValue")]}
        >
          {rows.map(({ key }) => (
            <tr
              key={key}
              className={`tabular-nums last:*:border-b-0 ${changed.has(key) ? "font-medium" : ""}`}
            >
              <Cell>{t(`config.${key}`)}</Cell>
              <Cell>{shown(valueAt(run.config, key))}</Cell>
              <Cell className="text-ink-2">{changed.has(key) ? shown(changed.get(key)) : ""}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
