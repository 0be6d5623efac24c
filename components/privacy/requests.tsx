import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { RequestEntry } from "@/lib/browser/privacy/request-entry";
import { emptyLog, getRequests, subscribeRequests } from "@/lib/browser/privacy/request-log";

const shownAtOnce = 300;
const heads = ["address", "received", "sent"] as const;

export function Requests() {
  const t = useTranslations("privacy.requests");
  const format = useFormat();
  const log = useSyncExternalStore(subscribeRequests, getRequests, () => emptyLog);
  const figures = [
    ["count", format.number(log.count)],
    ["sent", format.bytes(log.sentBytes)],
    ["received", format.bytes(log.receivedBytes)],
  ] as const;
  const newestFirst = log.entries.slice(-shownAtOnce).reverse();
  return (
    <>
      <dl className="grid grid-cols-3 gap-3" data-requests={log.count} data-sent-bytes={log.sentBytes}>
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-control border border-line px-3 py-2">
            <dt className="text-small text-ink-2">{t(`totals.${name}`)}</dt>
            <dd className="text-title font-semibold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-small text-ink-2">
        {t("explained")}
        {log.unknownBodies > 0 && ` ${t("unknownBodies", { count: log.unknownBodies })}`}
        {log.workers > log.reportingWorkers &&
          ` ${t("silentWorkers", { count: log.workers - log.reportingWorkers })}`}
      </p>
      <section
        aria-label={t("list")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="mt-3 max-h-72 overflow-auto rounded-control border border-line"
      >
        <table className="w-full border-collapse text-left text-small">
          <thead className="sticky top-0 bg-raised text-ink-2">
            <tr>
              {heads.map((head) => (
                <th
                  key={head}
                  scope="col"
                  className="border-b border-line px-2.5 py-1.5 font-medium whitespace-nowrap not-first:text-right"
                >
                  {t(`heads.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="tabular-nums">
            {newestFirst.map((entry) => (
              <Row key={`${entry.source} ${entry.startedAtMs} ${entry.address}`} entry={entry} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Row({ entry }: { entry: RequestEntry }) {
  const t = useTranslations("privacy.requests");
  const format = useFormat();
  const { source, method, address, startedAtMs, receivedBytes, sentBytes, status } = entry;
  return (
    <tr data-address={address} data-source={source} className="align-top *:px-2.5 *:py-1">
      <td className="w-full wrap-anywhere">
        {method !== "GET" && <strong className="font-semibold">{method} </strong>}
        {address}
        <span className="block text-ink-2">
          {new Date(startedAtMs).toTimeString().slice(0, 8)} · {t(`sources.${source}`)}
        </span>
      </td>
      <td className="text-right whitespace-nowrap">{received()}</td>
      <td className="text-right whitespace-nowrap">{sentBytes === null ? "?" : format.bytes(sentBytes)}</td>
    </tr>
  );

  function received(): string {
    if (status === 0 && !receivedBytes) return t("noAnswer");
    if (receivedBytes === null) return "?";
    return receivedBytes === 0 ? t("keptCopy") : format.bytes(receivedBytes);
  }
}
