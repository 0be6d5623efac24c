import { CloudOff, Cpu, HardDrive, type LucideIcon, RefreshCw, ShieldAlert } from "lucide-react";
import { Button } from "@/components/ui/button";
import { formatBytesOf } from "@/components/ui/format";
import { KeyCap } from "@/components/ui/key-cap";
import type { Note, Offer } from "@/lib/browser/predict/messages";

const icons: Record<Note["kind"], LucideIcon> = {
  offline: CloudOff,
  refused: ShieldAlert,
  backend: Cpu,
  storage: HardDrive,
};

interface NoticesProps {
  offer: Offer | null;
  notes: Note[];
  onTakeOffer(): void;
}

/** Quiet lines under the header. They push the page down and cover nothing. */
export function Notices({ offer, notes, onTakeOffer }: NoticesProps) {
  return (
    <div role="status" className="empty:hidden">
      {offer && <OfferLine offer={offer} onTakeOffer={onTakeOffer} />}
      {notes.map(({ kind, text }) => {
        const Icon = icons[kind];
        const amber = kind === "refused";
        return (
          <p
            key={kind}
            data-note={kind}
            className={`flex items-start gap-2.5 border-b border-line px-4 py-2 text-small ${amber ? "bg-amber-wash text-ink" : "bg-raised text-ink-2"}`}
          >
            <Icon size={16} aria-hidden="true" className={`mt-px shrink-0 ${amber ? "text-amber" : ""}`} />
            {text}
          </p>
        );
      })}
    </div>
  );
}

function OfferLine({ offer, onTakeOffer }: { offer: Offer; onTakeOffer(): void }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-raised px-4 py-1.5">
      <RefreshCw size={16} aria-hidden="true" className="shrink-0 text-accent" />
      <p>
        Model version {offer.version} is available.
        {offer.progress && (
          <span className="text-ink-2">
            {" "}
            Fetching {formatBytesOf(offer.progress.receivedBytes, offer.progress.totalBytes)}; the present one
            stays in use until then.
          </span>
        )}
      </p>
      {!offer.progress && (
        <Button look="primary" className="ml-auto min-h-8" onClick={onTakeOffer}>
          Use it <KeyCap>U</KeyCap>
        </Button>
      )}
    </div>
  );
}
