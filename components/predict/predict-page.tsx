"use client";

import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { PageTitle } from "@/components/ui/page-title";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { useKeys } from "@/components/ui/use-keys";
import { sourceFilesOf } from "@/lib/browser/dropped-files";
import { openDeskLate } from "@/lib/browser/in-use/late-desk";
import { missingFeatures } from "@/lib/browser/missing-features";
import { keepOffline } from "@/lib/browser/offline/keep-offline";
import type { BackendName } from "@/lib/browser/predict/messages";
import {
  currentReading,
  initialSnapshot,
  type PredictSession,
  predictSession,
} from "@/lib/browser/predict/session";
import { startRequestLog } from "@/lib/browser/privacy/request-log";
import type { TrustedKey } from "@/lib/manifest";
import { Announcer } from "./announcer";
import { ListAnnouncer } from "./list-announcer";
import { ModelCard } from "./model-card";
import { Notices } from "./notices";
import { manifestOf, ReadingPanel } from "./reading-panel";
import { Stage } from "./stage";
import { UndoLine } from "./undo-line";
import { UnsupportedBrowser } from "./unsupported-browser";
import { useImageInput } from "./use-image-input";
import { useStayWithoutServer } from "./use-stay-without-server";

if (typeof window !== "undefined") {
  startRequestLog();
  predictSession().prepare();
}

/** ?backend=wasm or ?backend=webgpu runs the model there and nowhere else. */
function backendFromAddress(): BackendName | null {
  const name = new URLSearchParams(location.search).get("backend");
  return name === "wasm" || name === "webgpu" ? name : null;
}

// Loaded with the first list.
const loadWorklist = () => import("@/components/worklist/worklist");
const Worklist = lazy(async () => ({ default: (await loadWorklist()).Worklist }));

const DiagnosticsPanel = lazy(() => import("@/components/diagnostics/diagnostics-panel"));

/** What the page's parts can do; the same functions from one drawing to the next. */
function actionsOn(session: PredictSession, nameSample: (number: number) => string) {
  return {
    sample: () => session.readSample(nameSample),
    undo: () => session.undo(),
    forgetRemoved: () => session.forgetRemoved(),
    takeOffer: () => session.takeOffer(),
    retryModel: () => session.retry(),
    retryReading: () => {
      const { currentId } = session.getSnapshot();
      if (currentId !== null) session.retryReading(currentId);
    },
    /** One image is taken away; a list stays, and its image leaves the screen. */
    close: () => (session.getSnapshot().readings.length > 1 ? session.select(null) : session.clear()),
    setFrame: (frame: number) => {
      const { currentId } = session.getSnapshot();
      if (currentId !== null) session.setFrame(currentId, frame);
    },
  };
}

const neverChanges = () => () => {};

const noFeatures: string[] = [];
let missing: string[] | undefined;

/** Found once, in the browser; the server assumes that nothing is missing. */
function useMissingFeatures(): string[] {
  return useSyncExternalStore(
    neverChanges,
    () => {
      missing ??= missingFeatures();
      return missing;
    },
    () => noFeatures,
  );
}

interface PredictPageProps {
  trustedKeys: TrustedKey[];
  /** What the model that the server offers now is known not to do. */
  announcedLimits: readonly string[];
}

export function PredictPage(props: PredictPageProps) {
  const lacking = useMissingFeatures();
  if (lacking.length > 0) return <UnsupportedBrowser features={lacking} />;
  return <ReadingRoom {...props} />;
}

function ReadingRoom({ trustedKeys, announcedLimits }: PredictPageProps) {
  const session = predictSession();
  const snapshot = useSyncExternalStore(session.subscribe, session.getSnapshot, () => initialSnapshot);
  const interactive = useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
  const t = useTranslations("reading");
  const page = useTranslations("page");
  const actions = useMemo(() => actionsOn(session, (number) => page("sample", { number })), [session, page]);
  const input = useImageInput(session);
  const [open, setOpen] = useState<"card" | "diagnostics" | null>(null);
  const { model, offer, notes, removed } = snapshot;
  const isList = snapshot.readings.length > 1;
  const stayed = useStayWithoutServer(snapshot.readings.length > 0);
  const reading = currentReading(snapshot);
  const manifest = manifestOf(reading, model);

  useEffect(() => session.start(trustedKeys, backendFromAddress()), [session, trustedKeys]);
  // Not before the model: it must not share the line.
  const settled = model.phase === "ready" || model.phase === "failed";
  useEffect(() => {
    if (!settled) return;
    void keepOffline();
    void openDeskLate(session);
  }, [settled, session]);
  useKeys({
    choose: input.choose,
    sample: actions.sample,
    useOffer: actions.takeOffer,
    modelCard: () => manifest && setOpen("card"),
    diagnostics: () => setOpen("diagnostics"),
    clear: actions.close,
    undo: actions.undo,
  });
  // A list comes most often from a drop: its code is there when the files are.
  useEffect(() => {
    if (input.dragging) void loadWorklist();
  }, [input.dragging]);

  return (
    <main
      id="content"
      tabIndex={-1}
      data-interactive={interactive}
      className="outline-none flex flex-1 flex-col lg:min-h-0"
    >
      <PageTitle />
      <h1 className="sr-only">{t("title")}</h1>
      <Notices offer={offer} notes={notes} stayed={stayed} onTakeOffer={actions.takeOffer} />
      {removed && <UndoLine count={removed.count} onUndo={actions.undo} onDismiss={actions.forgetRemoved} />}
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
          isList={isList}
          dragging={input.dragging}
          onChoose={input.choose}
          onChooseFolder={input.chooseFolder}
          onSample={actions.sample}
          onRetry={actions.retryReading}
          onClear={actions.close}
          onFrame={actions.setFrame}
        />
        <ReadingPanel
          snapshot={snapshot}
          announcedLimits={announcedLimits}
          onRetry={actions.retryModel}
          onOpenCard={() => setOpen("card")}
          onOpenDiagnostics={() => setOpen("diagnostics")}
          onRead={(id) => session.resume([id])}
        />
      </div>
      <input
        ref={input.fileInput}
        type="file"
        multiple
        aria-label={t("choose")}
        className="hidden"
        onChange={(event) => {
          session.add(sourceFilesOf(event.target.files), "file");
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
      <Announcer reading={reading} model={model} />
      <ListAnnouncer snapshot={snapshot} />
      {manifest && (
        <ModelCard
          open={open === "card"}
          onOpenChange={(wanted) => setOpen(wanted ? "card" : null)}
          manifest={manifest}
        />
      )}
      <Diagnostics session={session} open={open === "diagnostics"} onClose={() => setOpen(null)} />
    </main>
  );
}

function Diagnostics({
  session,
  open,
  onClose,
}: {
  session: PredictSession;
  open: boolean;
  onClose(): void;
}) {
  const t = useTranslations("diagnostics");
  return (
    <PanelDialog open={open} onOpenChange={(wanted) => wanted || onClose()} title={t("title")}>
      <Suspense>
        <DiagnosticsPanel session={session} />
      </Suspense>
    </PanelDialog>
  );
}
