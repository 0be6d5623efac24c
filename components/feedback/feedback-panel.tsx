import { Check, CloudOff, Pencil, Undo2, X } from "lucide-react";
import { useId, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { keyCapOf } from "@/components/ui/key-registry";
import { useKeys } from "@/components/ui/use-keys";
import type { KeptFeedback } from "@/lib/browser/in-use/desk-storage";
import type { FeedbackDesk } from "@/lib/browser/in-use/feedback-desk";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";
import type { JudgedReading, Judgement } from "@/lib/in-use/feedback";
import { StatisticsChoice } from "./statistics-choice";

interface FeedbackPanelProps {
  desk: FeedbackDesk;
  reading: Reading;
  prediction: ReadPrediction;
}

const choices = {
  agree: { opinion: "agree" },
  disagree: { opinion: "disagree" },
  correctNormal: { opinion: "corrected", correctedLabel: "NORMAL" },
  correctPneumonia: { opinion: "corrected", correctedLabel: "PNEUMONIA" },
  correctOther: { opinion: "corrected", correctedLabel: "OTHER" },
} as const satisfies Record<string, Judgement>;
type Choice = keyof typeof choices;
const choiceNames = Object.keys(choices) as Choice[];
const icons = {
  agree: Check,
  disagree: X,
  correctNormal: Pencil,
  correctPneumonia: Pencil,
  correctOther: Pencil,
};

/** A doctor's word on the reading on screen. */
export default function FeedbackPanel({ desk, reading, prediction }: FeedbackPanelProps) {
  const t = useTranslations("feedback");
  const action = useTranslations("keys.actions");
  const titleId = useId();
  const { account } = useSyncExternalStore(desk.subscribe, desk.getSnapshot);
  const judged = account && judgedReadingOf(reading, prediction);
  const given = judged && desk.givenFor(judged);
  const give = (choice: Choice) => judged && void desk.give(judged, choices[choice]);
  const withdraw = () => judged && void desk.withdraw(judged);
  useKeys({
    agree: () => give("agree"),
    disagree: () => give("disagree"),
    correctNormal: () => give("correctNormal"),
    correctPneumonia: () => give("correctPneumonia"),
    correctOther: () => give("correctOther"),
    withdraw,
  });
  if (!judged) return null;
  const chosen = given && choiceOf(given);
  return (
    <section aria-labelledby={titleId} className="flex flex-col gap-2.5 border-t border-line pt-5">
      <h3 id={titleId} className="font-semibold">
        {t("title")}
      </h3>
      <div className="flex flex-wrap gap-1.5">
        {choiceNames.map((choice) => {
          const Icon = icons[choice];
          return (
            <Button
              key={choice}
              data-choice={choice}
              aria-pressed={choice === chosen}
              title={`${action(choice)} (${keyCapOf(choice)})`}
              onClick={() => give(choice)}
              className="px-2.5 aria-pressed:border-accent aria-pressed:text-accent"
            >
              <Icon size={15} aria-hidden="true" />
              {t(choice)}
            </Button>
          );
        })}
      </div>
      <div role="status" className="empty:hidden">
        {given && <Given given={given} onWithdraw={withdraw} />}
      </div>
      <p className="text-small text-ink-2">{t("what")}</p>
      <StatisticsChoice desk={desk} />
    </section>
  );
}

function Given({ given, onWithdraw }: { given: KeptFeedback; onWithdraw(): void }) {
  const t = useTranslations("feedback");
  const action = useTranslations("keys.actions");
  const { judgement, waiting } = given;
  if (!judgement) return null;
  const said = judgement.opinion === "corrected" ? judgement.correctedLabel : judgement.opinion;
  return (
    <p data-feedback={said} data-waits={waiting !== null} className="flex flex-wrap items-center gap-x-2">
      {waiting && <CloudOff size={15} aria-hidden="true" className="text-amber" />}
      <span>
        {t(`said.${said}`)} <span className="text-ink-2">{t(waiting ? "waits" : "sent")}</span>
      </span>
      <Button look="quiet" title={`${action("withdraw")} (${keyCapOf("withdraw")})`} onClick={onWithdraw}>
        <Undo2 size={15} aria-hidden="true" />
        {t("withdraw")}
      </Button>
    </p>
  );
}

function choiceOf({ judgement }: KeptFeedback): Choice | null {
  if (!judgement) return null;
  return (
    choiceNames.find((name) => {
      const choice: Judgement = choices[name];
      return choice.opinion === "corrected"
        ? judgement.opinion === "corrected" && judgement.correctedLabel === choice.correctedLabel
        : judgement.opinion === choice.opinion;
    }) ?? null
  );
}

/** What is known of a finished reading of a doctor's own image; null for a drawn sample, or while it is read again. */
function judgedReadingOf(reading: Reading, prediction: ReadPrediction): JudgedReading | null {
  if (reading.origin === "sample" || reading.step !== "done" || !reading.digest) return null;
  const { label, uncertain, probability, serial, manifestDigest } = prediction;
  return {
    imageDigest: reading.digest,
    frame: reading.frame,
    manifestDigest,
    serial,
    probability,
    verdict: uncertain ? "UNCERTAIN" : label,
  };
}
