import { FileUp, FileWarning, FolderUp, ImagePlus, List, ScanLine } from "lucide-react";
import { lazy, memo, Suspense, useEffect } from "react";
import { useTranslations } from "use-intl";
import { useFailureWords } from "@/components/i18n/use-failure";
import { Button } from "@/components/ui/button";
import { KeyCap } from "@/components/ui/key-cap";
import { keyCapOf } from "@/components/ui/key-registry";
import type { Failure } from "@/lib/browser/predict/messages";
import type { Reading, ShownImage } from "@/lib/browser/predict/reading";

// Loaded with the first file, while that is being read.
const loadViewer = () => import("@/components/viewer/viewer");
const Viewer = lazy(async () => ({ default: (await loadViewer()).Viewer }));

interface StageProps {
  reading: Reading | null;
  shown: ShownImage | null;
  failure: Failure | null;
  /** There is a list to choose from. */
  isList: boolean;
  dragging: boolean;
  onChoose(): void;
  onChooseFolder(): void;
  onSample(): void;
  onRetry(): void;
  onClear(): void;
  onFrame(frame: number): void;
}

/** Where the image is, or what to do while there is none. */
export const Stage = memo(function Stage(props: StageProps) {
  const { reading, shown, failure, isList, dragging, onChoose, onClear, onFrame } = props;
  const t = useTranslations("reading");
  const image = shown?.readingId === reading?.id ? shown : null;
  const isNeeded = reading !== null;
  useEffect(() => {
    if (isNeeded) void loadViewer();
  }, [isNeeded]);
  return (
    <section
      aria-label={t("image")}
      data-lit={image ? "image" : undefined}
      data-dragging={dragging || undefined}
      className="relative flex min-w-0 flex-col bg-stage outline-2 -outline-offset-8 outline-transparent outline-dashed transition-[outline-color] duration-(--motion) data-dragging:outline-accent max-lg:not-data-[lit=image]:min-h-[58dvh] lg:min-h-0 lg:flex-1"
    >
      {reading && image ? (
        <Suspense>
          <Viewer
            key={reading.id}
            reading={reading}
            radiograph={image.radiograph}
            onFrame={onFrame}
            onChoose={onChoose}
            onClear={onClear}
          />
        </Suspense>
      ) : (
        <div className="flex flex-1 flex-col items-center justify-center gap-4 p-8 text-center">
          {reading && failure ? (
            <Unreadable failure={failure} name={reading.name} onRetry={props.onRetry} />
          ) : reading ? (
            <p className="flex max-w-full items-center gap-2.5 text-ink-2">
              <ScanLine size={18} aria-hidden="true" className="shrink-0" />
              <span className="min-w-0 truncate">{t("opening", { name: reading.name })}</span>
            </p>
          ) : (
            <Invitation isList={isList} />
          )}
          {(!reading || failure) && <Actions {...props} />}
        </div>
      )}
    </section>
  );
});

function Invitation({ isList }: { isList: boolean }) {
  const t = useTranslations("reading");
  const Icon = isList ? List : FileUp;
  return (
    <>
      <Icon size={36} strokeWidth={1.25} aria-hidden="true" className="text-ink-2" />
      <div>
        <p className="text-title font-medium">{t(isList ? "pickFromList" : "invitation")}</p>
        <p className="mt-1 max-w-[26rem] text-ink-2">
          {isList ? t("keysForList") : t("formats")}
          {!isList && <span className="block pointer-coarse:hidden">{t("paste")}</span>}
        </p>
      </div>
    </>
  );
}

function Unreadable({ failure, name, onRetry }: { failure: Failure; name: string; onRetry(): void }) {
  const t = useTranslations("reading");
  const { title, meaning, action } = useFailureWords()(failure.code);
  return (
    <div role="alert" data-failure={failure.code} className="flex max-w-[34rem] flex-col items-center gap-3">
      <FileWarning size={36} strokeWidth={1.25} aria-hidden="true" className="text-amber" />
      <p className="text-title font-medium">{title}</p>
      <p className="text-ink-2">
        {meaning} {action}
      </p>
      <p className="max-w-full truncate text-small text-ink-2">{name}</p>
      <details className="max-w-full text-small text-ink-2">
        <summary className="hover:text-ink">{t("details")}</summary>
        <p lang="en" className="mt-1 text-left wrap-anywhere">
          {failure.message}
        </p>
      </details>
      <Button className="min-h-8 text-small" onClick={onRetry}>
        {t("retry")}
      </Button>
    </div>
  );
}

type ActionsProps = Pick<StageProps, "reading" | "onChoose" | "onChooseFolder" | "onSample">;

function Actions({ reading, onChoose, onChooseFolder, onSample }: ActionsProps) {
  const t = useTranslations("reading");
  return (
    <div className="flex flex-wrap justify-center gap-2">
      <Button look="primary" onClick={onChoose}>
        <ImagePlus size={16} aria-hidden="true" />
        {t(reading ? "chooseAgain" : "choose")} <KeyCap>{keyCapOf("choose")}</KeyCap>
      </Button>
      <Button onClick={onChooseFolder} className="pointer-coarse:hidden">
        <FolderUp size={16} aria-hidden="true" />
        {t("chooseFolder")}
      </Button>
      <Button onClick={onSample}>
        {t("sample")} <KeyCap>{keyCapOf("sample")}</KeyCap>
      </Button>
    </div>
  );
}
