import { type NotificationContent, oneLine } from "./notification";

export const windowMs = 60 * 60_000;
/** So many of a kind are told one by one within an hour; the others wait for a summary. */
export const individualPerWindow = 3;
const namedInSummary = 10;

export interface WaitingNotification {
  id: string;
  createdAt: Date;
  content: NotificationContent;
}

/** What was told lately. Of a summary the kind is that of what it sums up. */
export interface ToldNotification {
  kind: string;
  fingerprint: string;
  isSummary: boolean;
  releasedAt: Date;
}

export interface ReleasePlan {
  /** To be told as they are. */
  release: string[];
  /** Not to be told: the number of skipped days is not one that is told. */
  ignore: string[];
  summaries: { of: string[]; content: NotificationContent }[];
}

/**
 * Which of the waiting notifications are told now, each by itself or in a summary, and which wait on. The first of a
 * kind is told at once; one that says the same as another of the hour before it waits, and so do those beyond
 * `individualPerWindow` of a kind in an hour. What waited for an hour goes out as one summary of its kind, so that a
 * crash loop makes one message and then one in an hour.
 * @param waiting oldest first
 * @param told what was released since an hour before the oldest of them
 * @param tellSkippedEvery skipped runs are told when so many in a row, and at its multiples; 0: never
 */
export function planReleases(
  waiting: readonly WaitingNotification[],
  told: readonly ToldNotification[],
  { now, tellSkippedEvery }: { now: Date; tellSkippedEvery: number },
): ReleasePlan {
  const [relevant, ignored] = divide(waiting, ({ content }) => isTold(content, tellSkippedEvery));
  const plan: ReleasePlan = { release: [], ignore: ignored.map(({ id }) => id), summaries: [] };
  const isRecent = (date: Date) => now.getTime() - date.getTime() < windowMs;
  for (const [kind, group] of groupByKind(relevant)) {
    const before = told.filter((item) => item.kind === kind);
    const single = individually(group, before, now);
    const isOverdue = group.some(({ createdAt }) => !isRecent(createdAt));
    const wasSummed = before.some((item) => item.isSummary && isRecent(item.releasedAt));
    if (single.length === group.length || !isOverdue || wasSummed) plan.release.push(...single);
    else if (group.length === 1) plan.release.push(...group.map(({ id }) => id));
    else plan.summaries.push({ of: group.map(({ id }) => id), content: summaryOf(group) });
  }
  return plan;
}

/**
 * What is told by itself: each is judged by what was told in the hour before it happened, and since. What is like
 * another that is held back is held back with it.
 */
function individually(group: WaitingNotification[], before: ToldNotification[], now: Date): string[] {
  const told = [...before];
  const held = new Set<string>();
  const released: string[] = [];
  let isFlood = false;
  for (const { id, createdAt, content } of group) {
    const { kind, fingerprint } = content;
    const lately = told.filter(({ releasedAt }) => createdAt.getTime() - releasedAt.getTime() < windowMs);
    isFlood ||= lately.length >= individualPerWindow || lately.some(({ isSummary }) => isSummary);
    if (isFlood || held.has(fingerprint) || lately.some((item) => item.fingerprint === fingerprint)) {
      held.add(fingerprint);
      continue;
    }
    told.push({ kind, fingerprint, isSummary: false, releasedAt: now });
    released.push(id);
  }
  return released;
}

function isTold({ kind, skippedInARow = 0 }: NotificationContent, every: number): boolean {
  return kind !== "skipped" || (every > 0 && skippedInARow % every === 0);
}

function summaryOf(group: WaitingNotification[]): NotificationContent {
  const first = group[0] as WaitingNotification;
  const last = group.at(-1) as WaitingNotification;
  const titles = new Map<string, number>();
  for (const { content } of group) titles.set(content.title, (titles.get(content.title) ?? 0) + 1);
  const named = [...titles].slice(0, namedInSummary).map(([title, times]) => `${times} × ${title}`);
  const left = titles.size - named.length;
  return {
    kind: "summary",
    severity: group.some(({ content }) => content.severity === "error") ? "error" : last.content.severity,
    title: oneLine(`${group.length} more notifications of the kind “${first.content.kind}”`, 200),
    text: [...named, ...(left > 0 ? [`and ${left} others`] : []), "", `The last one: ${last.content.text}`]
      .join("\n")
      .slice(0, 3000),
    facts: [
      { name: "first", value: first.createdAt.toISOString() },
      { name: "last", value: last.createdAt.toISOString() },
    ],
    fingerprint: `summary:${first.content.kind}:${last.id}`,
  };
}

function groupByKind(items: readonly WaitingNotification[]): Map<string, WaitingNotification[]> {
  const groups = new Map<string, WaitingNotification[]>();
  for (const item of items) groups.set(item.content.kind, [...(groups.get(item.content.kind) ?? []), item]);
  return groups;
}

function divide<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
