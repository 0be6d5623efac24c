import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { classNames } from "@/lib/dataset/listing";
import type { Likeness, ProblemThing } from "@/lib/dataset-report/problem-things";
import type { Problem, ProblemRule } from "@/lib/dataset-report/problems";
import type { Split } from "@/lib/training/job";

const signs = {
  error: { Icon: CircleAlert, colour: "text-red" },
  warning: { Icon: TriangleAlert, colour: "text-amber" },
  note: { Icon: Info, colour: "text-ink-2" },
} as const;

/** What a check found, worst first. */
export function ProblemList({ problems }: { problems: readonly Problem[] }) {
  const t = useTranslations("data.report");
  const format = useFormat();
  return (
    <ul className="flex flex-col gap-2">
      {problems.map((problem) => {
        const { rule, level, count, message } = problem;
        const { Icon, colour } = signs[level];
        return (
          <li key={`${rule} ${message}`} data-rule={rule} className="flex gap-2">
            <Icon size={18} aria-label={t(`levels.${level}`)} className={`mt-0.5 shrink-0 ${colour}`} />
            <div className="min-w-0">
              <p className="font-medium">
                {t(`rules.${rule}`)} <span className="text-ink-2 tabular-nums">{format.number(count)}</span>
              </p>
              <div className="text-small wrap-anywhere text-ink-2">
                <Sentences problem={problem} />
              </div>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** What is wrong, with what, and the way out. Reports from before these were kept apart have one English text. */
function Sentences({ problem: { rule, count, named, message } }: { problem: Problem }) {
  const t = useTranslations("data.report");
  const format = useFormat();
  if (!named) return <p lang="en">{message}</p>;
  const unnamed = count - named.length;
  return (
    <>
      <p>{t(`what.${rule}`, { count })}</p>
      {named.length > 0 && (
        <ul className="list-disc pl-5">
          {named.map((thing) => (
            <li key={JSON.stringify(thing)}>
              <Thing thing={thing} />
            </li>
          ))}
          {unnamed > 0 && <li>{t("things.more", { n: format.number(unnamed) })}</li>}
        </ul>
      )}
      {hasWayOut(rule) && <p>{t(`wayOut.${rule}`)}</p>}
    </>
  );
}

const wayOuts = [
  "undecodable-in-version",
  "patient-across-splits",
  "patient-moved",
  "identical-across-classes",
  "identical-across-splits",
  "near-duplicate-across-classes",
  "near-duplicate-across-splits",
] as const satisfies ProblemRule[];

function hasWayOut(rule: ProblemRule): rule is (typeof wayOuts)[number] {
  return wayOuts.some((one) => one === rule);
}

function Thing({ thing }: { thing: ProblemThing }) {
  const t = useTranslations("data");
  const format = useFormat();
  const side = (split: Split) => t(`report.parts.${split}`);
  const likeness = (of: Likeness | undefined) =>
    of
      ? ` (${t("report.things.likeness", {
          distance: format.number(of.distance),
          correlation: format.number(of.correlation, 3),
        })})`
      : "";
  switch (thing.kind) {
    case "file":
      return (
        <>
          {thing.path}
          {/* What the decoder said, in its own words. */}
          {thing.reason !== undefined && <span lang="en"> ({thing.reason})</span>}
        </>
      );
    case "patient":
      return t("report.things.patient", {
        patient: thing.patientId,
        sides: thing.splits.map(side).join(", "),
      });
    case "moved":
      return t("report.things.moved", {
        patient: thing.patientId,
        from: side(thing.from),
        to: side(thing.to),
      });
    case "classes": {
      const { first, second } = thing;
      const said = t("report.things.classes", {
        first: first.caseId,
        firstClass: t(`classes.${classNames[first.label]}`),
        second: second.caseId,
        secondClass: t(`classes.${classNames[second.label]}`),
      });
      return said + likeness(thing.likeness);
    }
    case "sides": {
      const { first, second } = thing;
      const said = t("report.things.sides", {
        first: first.caseId,
        firstPatient: first.patientId,
        firstSide: side(first.split),
        second: second.caseId,
        secondPatient: second.patientId,
        secondSide: side(second.split),
      });
      return said + likeness(thing.likeness);
    }
    case "lookalikes": {
      const { first, second } = thing;
      return t("report.things.lookalikes", { first, second }) + likeness(thing.likeness);
    }
    case "drift":
      return t(`report.things.drift.${thing.part}`, {
        measure: t(`report.measures.${thing.measure}`),
        psi: format.number(thing.psi, 2),
        before: format.number(thing.medianBefore, 1),
        after: format.number(thing.medianAfter, 1),
      });
  }
}
