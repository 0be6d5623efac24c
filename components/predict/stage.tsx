import { FileUp, FileWarning, ImagePlus, ScanLine } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { Button } from "@/components/ui/button";
import { KeyCap } from "@/components/ui/key-cap";
import type { Failure } from "@/lib/browser/predict/messages";
import type { Reading, ShownImage } from "@/lib/browser/predict/reading";
import { readingFailureTitle } from "./failure-titles";

// Loaded with the first file, while that is being read.
const loadViewer = () => import("@/components/viewer/viewer");
const Viewer = lazy(async () => ({ default: (await loadViewer()).Viewer }));

interface StageProps {
  reading: Reading | null;
  shown: ShownImage | null;
  failure: Failure | null;
  dragging: boolean;
  onChoose(): void;
  onSample(): void;
  onClear(): void;
  onFrame(frame: number): void;
}

/** Where the image is, or what to do while there is none. */
export function Stage(props: StageProps) {
  const { reading, shown, failure, dragging, onChoose, onSample, onClear, onFrame } = props;
  const image = shown?.readingId === reading?.id ? shown : null;
  const isNeeded = reading !== null;
  useEffect(() => {
    if (isNeeded) void loadViewer();
  }, [isNeeded]);
  return (
    <section
      aria-label="Image"
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
            <Unreadable failure={failure} name={reading.name} />
          ) : reading ? (
            <p className="flex items-center gap-2.5 text-ink-2">
              <ScanLine size={18} aria-hidden="true" />
              Reading {reading.name}…
            </p>
          ) : (
            <Invitation />
          )}
          {(!reading || failure) && <Actions again={!!reading} onChoose={onChoose} onSample={onSample} />}
        </div>
      )}
    </section>
  );
}

function Invitation() {
  return (
    <>
      <FileUp size={36} strokeWidth={1.25} aria-hidden="true" className="text-ink-2" />
      <div>
        <p className="text-title font-medium">Drop a chest X-ray here</p>
        <p className="mt-1 text-ink-2">
          JPEG or PNG<span className="pointer-coarse:hidden">, or paste one with Ctrl V</span>
        </p>
      </div>
    </>
  );
}

function Unreadable({ failure, name }: { failure: Failure; name: string }) {
  return (
    <div role="alert" data-failure={failure.code} className="flex max-w-[34rem] flex-col items-center gap-3">
      <FileWarning size={36} strokeWidth={1.25} aria-hidden="true" className="text-amber" />
      <p className="text-title font-medium">{readingFailureTitle(failure.code)}</p>
      <p className="text-ink-2">{failure.message}</p>
      <p className="max-w-full truncate text-small text-ink-2">{name}</p>
    </div>
  );
}

function Actions({ again, onChoose, onSample }: { again: boolean; onChoose(): void; onSample(): void }) {
  return (
    <div className="flex flex-wrap justify-center gap-2">
      <Button look="primary" onClick={onChoose}>
        <ImagePlus size={16} aria-hidden="true" />
        {again ? "Choose another" : "Choose an image"} <KeyCap>O</KeyCap>
      </Button>
      <Button onClick={onSample}>
        Try a synthetic sample <KeyCap>S</KeyCap>
      </Button>
    </div>
  );
}
