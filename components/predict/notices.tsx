import { Ban, CloudOff, Cpu, HardDrive, type LucideIcon, RefreshCw, ShieldAlert } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { useFailureWords } from "@/components/i18n/use-failure";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { KeyCap } from "@/components/ui/key-cap";
import { keyCapOf } from "@/components/ui/key-registry";
import { hasSimd } from "@/lib/browser/missing-features";
import type { Note, Offer } from "@/lib/browser/predict/messages";
import { backendTitles } from "./backend-titles";

const icons: Record<Note["kind"], LucideIcon> = {
  offline: CloudOff,
  refused: ShieldAlert,
  revoked: Ban,
  backend: Cpu,
  storage: HardDrive,
};

interface NoticesProps {
  offer: Offer | null;
  notes: Note[];
  /** A link was not followed, since its page could not have come. */
  stayed: boolean;
  onTakeOffer(): void;
}

/** Quiet lines under the header. They push the page down and cover nothing. */
export function Notices({ offer, notes, stayed, onTakeOffer }: NoticesProps) {
  return (
    <div role="status" className="empty:hidden">
      {offer && <OfferLine offer={offer} onTakeOffer={onTakeOffer} />}
      {notes.map((note) => (
        <NoteLine key={note.kind} note={note} />
      ))}
      <SlowLine />
      {stayed && <StayedLine />}
    </div>
  );
}

function NoteLine({ note }: { note: Note }) {
  const Icon = icons[note.kind];
  const amber = note.kind === "refused" || note.kind === "backend" || note.kind === "revoked";
  const text = useNoteText(note);
  return (
    <p
      data-note={note.kind}
      role={note.kind === "revoked" ? "alert" : undefined}
      className={`flex items-start gap-2.5 border-b border-line px-4 py-2 text-small ${amber ? "bg-amber-wash text-ink" : "bg-raised text-ink-2"}`}
    >
      <Icon size={16} aria-hidden="true" className={`mt-px shrink-0 ${amber ? "text-amber" : ""}`} />
      <span className="min-w-0 wrap-anywhere">{text}</span>
    </p>
  );
}

const neverChanges = () => () => {};
let simd: boolean | undefined;

/** Where WebAssembly lacks vectors, before the reader wonders. */
function SlowLine() {
  const t = useTranslations("reading.notes");
  const fast = useSyncExternalStore(
    neverChanges,
    () => {
      simd ??= hasSimd();
      return simd;
    },
    () => true,
  );
  if (fast) return null;
  return (
    <p
      data-note="slow"
      className="flex items-start gap-2.5 border-b border-line bg-raised px-4 py-2 text-small text-ink-2"
    >
      <Cpu size={16} aria-hidden="true" className="mt-px shrink-0" />
      {t("slow")}
    </p>
  );
}

function StayedLine() {
  const t = useTranslations("reading.notes");
  return (
    <p
      data-note="stayed"
      className="flex items-start gap-2.5 border-b border-line bg-amber-wash px-4 py-2 text-small text-ink"
    >
      <CloudOff size={16} aria-hidden="true" className="mt-px shrink-0 text-amber" />
      {t("stayed")}
    </p>
  );
}

function useNoteText(note: Note): string {
  const t = useTranslations("reading.notes");
  const failureWords = useFailureWords();
  switch (note.kind) {
    case "offline":
      return t("offline", { version: note.version });
    case "refused":
      return t("refused", { reason: failureWords(note.failure.code).meaning, version: note.version });
    case "revoked": {
      const { version, successor } = note;
      const reason = note.reason.replace(/[.\s]+$/, "");
      return `${t("revoked", { version, reason })} ${successor ? t("revokedSuccessor", { version: successor }) : t("revokedNone")}`;
    }
    case "storage":
      return t(note.keeping === "full" ? "storageFull" : "storageDenied");
    case "backend":
      return t(note.event, { backend: backendTitles[note.backend], count: note.count });
  }
}

function OfferLine({ offer, onTakeOffer }: { offer: Offer; onTakeOffer(): void }) {
  const t = useTranslations("reading.offer");
  const { bytesOf } = useFormat();
  const { progress } = offer;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-raised px-4 py-1.5">
      <RefreshCw size={16} aria-hidden="true" className="shrink-0 text-accent" />
      <p>
        {t("available", { version: offer.version })}
        {progress && (
          <span className="text-ink-2">
            {" "}
            {t("fetching", { bytes: bytesOf(progress.receivedBytes, progress.totalBytes) })}
          </span>
        )}
      </p>
      {!progress && (
        <Button look="primary" className="ml-auto min-h-8" onClick={onTakeOffer}>
          {t("take")} <KeyCap>{keyCapOf("useOffer")}</KeyCap>
        </Button>
      )}
    </div>
  );
}
