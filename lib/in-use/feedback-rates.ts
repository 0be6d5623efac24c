import { type Interval, wilson } from "@/lib/metrics/interval";
import { type CorrectedLabel, correctedLabels, type Opinion, type Verdict, verdicts } from "./feedback";

/** How many doctors' judgements of a version say the same. */
export interface FeedbackCount {
  serial: number;
  verdict: Verdict;
  opinion: Opinion;
  correctedLabel: CorrectedLabel | null;
  count: number;
}

export interface FeedbackRates {
  serial: number;
  given: number;
  agreed: number;
  /** With or without a corrected label. */
  disagreed: number;
  corrected: Record<CorrectedLabel, number>;
  /** Agreed of all given, with Wilson's 95 % interval. */
  agreement: Interval;
  byVerdict: { verdict: Verdict; given: number; agreement: Interval }[];
}

/** What doctors say of each version, newest version first. */
export function feedbackRates(counts: readonly FeedbackCount[]): FeedbackRates[] {
  const serials = [...new Set(counts.map(({ serial }) => serial))].sort((a, b) => b - a);
  return serials.map((serial) => {
    const own = counts.filter((entry) => entry.serial === serial);
    const given = total(own);
    const agreed = total(own.filter(({ opinion }) => opinion === "agree"));
    return {
      serial,
      given,
      agreed,
      disagreed: given - agreed,
      corrected: Object.fromEntries(
        correctedLabels.map((label) => [
          label,
          total(own.filter(({ correctedLabel }) => correctedLabel === label)),
        ]),
      ) as Record<CorrectedLabel, number>,
      agreement: wilson(agreed, given),
      byVerdict: verdicts.map((verdict) => {
        const judged = own.filter((entry) => entry.verdict === verdict);
        const right = total(judged.filter(({ opinion }) => opinion === "agree"));
        return { verdict, given: total(judged), agreement: wilson(right, total(judged)) };
      }),
    };
  });
}

const total = (counts: readonly FeedbackCount[]) => counts.reduce((sum, { count }) => sum + count, 0);
