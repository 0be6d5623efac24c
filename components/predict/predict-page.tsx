"use client";

import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { PageTitle } from "@/components/ui/page-title";
import { useKeys } from "@/components/ui/use-keys";
import { sourceFilesOf } from "@/lib/browser/dropped-files";
import { keepOffline } from "@/lib/browser/offline/keep-offline";
import type { BackendName } from "@/lib/browser/predict/messages";
import { currentReading, initialSnapshot, predictSession } from "@/lib/browser/predict/session";
import type { TrustedKey } from "@/lib/manifest";
import { Announcer } from "./announcer";
import { ModelCard } from "./model-card";
import { Notices } from "./notices";
import { ReadingPanel } from "./reading-panel";
import { Stage } from "./stage";
import { UndoLine } from "./undo-line";
import { useImageInput } from "./use-image-input";

/** ?backend=wasm or ?backend=webgpu runs the model there and nowhere else. */
function backendFromAddress(): BackendName | null {
  const name = new URLSearchParams(location.search).get("backend");
  return name === "wasm" || name === "webgpu" ? name : null;
}

// Loaded with the first list.
const loadWorklist = () => import("@/components/worklist/worklist");
const Worklist = lazy(async () => ({ default: (await loadWorklist()).Worklist }));

const neverChanges = () => () => {};

export function PredictPage({ trustedKeys }: { trustedKeys: TrustedKey[] }) {
  const session = predictSession();
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot, () => initialSnapshot);
  const interactive = useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
  const input = useImageInput(session);
  const [cardOpen, setCardOpen] = useState(false);
  const { model, offer, notes, removed } = snapshot;
  const isList = snapshot.readings.length > 1;
  const reading = currentReading(snapshot);
  const manifest = model.phase === "ready" ? model.model.manifest : null;

  /** One image is taken away; a list stays, and its image leaves the screen. */
  const close = () => (isList ? session.select(null) : session.clear());

  useEffect(() => session.start(trustedKeys, backendFromAddress()), [session, trustedKeys]);
  // Not before the model: it must not share the line.
  const settled = model.phase === "ready" || model.phase === "failed";
  useEffect(() => {
    if (settled) void keepOffline();
  }, [settled]);
  useKeys({
    choose: input.choose,
    sample: () => session.readSample(),
    useOffer: () => session.takeOffer(),
    modelCard: () => manifest && setCardOpen(true),
    clear: close,
    undo: () => session.undo(),
  });

  return (
    <main data-interactive={interactive} className="flex flex-1 flex-col lg:min-h-0">
      <PageTitle />
      <h1 className="sr-only">Read a chest X-ray</h1>
      <Notices offer={offer} notes={notes} onTakeOffer={() => session.takeOffer()} />
      {removed && (
        <UndoLine
          count={removed.count}
          onUndo={() => session.undo()}
          onDismiss={() => session.forgetRemoved()}
        />
      )}
      <div className="flex flex-1 flex-col lg:min-h-0 lg:flex-row">
        {isList && (
          <Suspense>
            <Worklist session={session} />
          </Suspense>
        )}
        <Stage
          reading={reading}
          shown={snapshot.shown}
          failure={reading?.failure ?? snapshot.shownFailure}
          dragging={input.dragging}
          onChoose={input.choose}
          onSample={() => session.readSample()}
          onClear={close}
          onFrame={(frame) => reading && session.setFrame(reading.id, frame)}
        />
        <ReadingPanel
          snapshot={snapshot}
          onRetry={() => session.retry()}
          onOpenCard={() => setCardOpen(true)}
        />
      </div>
      <input
        ref={input.fileInput}
        type="file"
        multiple
        aria-label="Choose images"
        className="hidden"
        onChange={(event) => {
          session.add(sourceFilesOf(event.target.files), "file");
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
      <Announcer reading={reading} model={model} />
      {manifest && <ModelCard open={cardOpen} onOpenChange={setCardOpen} manifest={manifest} />}
    </main>
  );
}
