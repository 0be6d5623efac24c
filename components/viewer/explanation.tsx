import { useId } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { keyCapOf } from "@/components/ui/key-registry";
import {
  colourOf,
  coverOf,
  type EvidenceClass,
  evidenceRange,
  meanEvidence,
  strengthFor,
} from "@/lib/prediction/activation-map";
import type { ActivationMap } from "@/lib/prediction/outcome";
import { type OverlaySettings, useViewing, viewing } from "./viewing";

interface ExplanationProps {
  map: ActivationMap;
  logit: number;
}

const classes: EvidenceClass[] = ["PNEUMONIA", "NORMAL"];

function change(settings: Partial<OverlaySettings>): void {
  viewing.change({ overlay: { ...viewing.get().overlay, ...settings } });
}

/** What the colours on the image mean, and what they do not. */
export function Explanation({ map, logit }: ExplanationProps) {
  const t = useTranslations("viewer.explanation");
  const format = useFormat();
  const settings = useViewing((state) => state.overlay);
  const sideBySide = useViewing((state) => state.sideBySide);
  const shown = settings.shown || sideBySide;
  const { evidenceClass } = settings;
  const strongest = map.values.reduce((most, value) => Math.max(most, strengthFor(evidenceClass, value)), 0);
  return (
    <section aria-label={t("title")} className="flex flex-col gap-2.5 border-t border-line pt-3">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-semibold">{t("title")}</h3>
        <label className="flex items-center gap-2 text-small text-ink-2 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            checked={settings.shown}
            onChange={(event) => change({ shown: event.target.checked })}
            className="size-4 accent-accent"
          />
          {t("show")} <Key action="explanation" />
        </label>
      </div>
      {shown && (
        <>
          <ClassChoice chosen={evidenceClass} />
          <Opacity value={settings.opacity} />
          <Legend evidenceClass={evidenceClass} opacity={settings.opacity} />
          {strongest < 0.05 && <p className="text-small">{t("quiet", { class: evidenceClass })}</p>}
          <p className="text-small text-ink-2 tabular-nums">
            {t("sum", {
              cells: map.values.length,
              mean: format.number(meanEvidence(map), 2),
              bias: format.number(map.bias, 2),
              logit: format.number(logit, 2),
            })}
          </p>
        </>
      )}
      <p className="text-small text-ink-2">{t("isAndIsNot", { side: map.side })}</p>
    </section>
  );
}

function Key({ action }: { action: "explanation" | "explanationClass" | "explanationOpacity" }) {
  return (
    <kbd className="hidden rounded-[4px] border border-line px-1 font-sans pointer-fine:inline">
      {keyCapOf(action)}
    </kbd>
  );
}

function ClassChoice({ chosen }: { chosen: EvidenceClass }) {
  const t = useTranslations("viewer.explanation");
  const name = useId();
  return (
    <fieldset className="flex items-center gap-2 text-small">
      <legend className="sr-only">{t("for")}</legend>
      <span aria-hidden="true" className="mr-auto text-ink-2">
        {t("for")} <Key action="explanationClass" />
      </span>
      {classes.map((evidenceClass) => (
        <label
          key={evidenceClass}
          className="inline-flex min-h-8 items-center rounded-control border border-line px-2.5 text-ink-2 has-checked:border-accent has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:min-h-11"
        >
          <input
            type="radio"
            name={name}
            checked={chosen === evidenceClass}
            onChange={() => change({ evidenceClass })}
            className="sr-only"
          />
          {t(`classes.${evidenceClass}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Opacity({ value }: { value: number }) {
  const t = useTranslations("viewer.explanation");
  const format = useFormat();
  return (
    <label className="flex items-center gap-2 text-small text-ink-2">
      <span>
        {t("opacity")} <Key action="explanationOpacity" />
      </span>
      <input
        type="range"
        min={10}
        max={100}
        step={5}
        value={Math.round(value * 100)}
        onChange={(event) => change({ opacity: event.target.valueAsNumber / 100 })}
        className="h-8 min-w-0 flex-1 accent-accent pointer-coarse:h-11"
      />
      <span className="w-10 text-right tabular-nums">{format.percent(value)}</span>
    </label>
  );
}

const steps = 24;
/** The colours lie over a middle gray, as they do over an image. */
const film = 90;

function Legend({ evidenceClass, opacity }: { evidenceClass: EvidenceClass; opacity: number }) {
  const t = useTranslations("viewer.explanation");
  const format = useFormat();
  const bars = Array.from({ length: steps }, (_, i) => i / (steps - 1));
  return (
    <figure data-legend={evidenceClass}>
      <svg
        role="img"
        aria-label={t("legendLabel", { range: evidenceRange })}
        width="100%"
        height="12"
        className="block rounded-[3px]"
        preserveAspectRatio="none"
        viewBox={`0 0 ${steps} 1`}
      >
        {bars.map((strength, i) => (
          <rect
            key={strength}
            x={i}
            width="1.05"
            height="1"
            fill={blended(evidenceClass, strength, opacity)}
          />
        ))}
      </svg>
      <figcaption className="mt-1 flex justify-between gap-2 text-small text-ink-2 tabular-nums">
        <span>0</span>
        <span>{t("legend", { class: evidenceClass })}</span>
        <span>{t("more", { range: format.number(evidenceRange) })}</span>
      </figcaption>
    </figure>
  );
}

function blended(evidenceClass: EvidenceClass, strength: number, opacity: number): string {
  const { red, green, blue } = colourOf(evidenceClass, strength);
  const cover = coverOf(strength, opacity);
  const channel = (value: number) => Math.round(film + (value - film) * cover);
  return `rgb(${channel(red)} ${channel(green)} ${channel(blue)})`;
}
