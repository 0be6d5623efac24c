import { describeError, PneumoscopeError } from "@/lib/errors";
import {
  canonicalBytes,
  digestOf,
  type ModelManifest,
  modelRevoked,
  type Revocation,
  type TrustedKey,
} from "@/lib/manifest";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import { failureOf } from "./failure";
import { fetchManifest, type VerifiedManifest, verifyText } from "./fetch-manifest";
import { type ByteProgress, loadWeights, readKeptWeights } from "./fetch-weights";
import { createTrustMemory } from "./heard-trust";
import type { BackendName, ModelState, Note, Offer } from "./messages";
import type { BackendEvent } from "./model-diagnostics";
import { prepareBackend, type StartedPredictor, startPredictor } from "./start-predictor";
import {
  keepOnlyWeights,
  readHeardTrust,
  readLastGoodManifest,
  storeHeardTrust,
  storeLastGoodManifest,
} from "./storage";

export interface RunningModel {
  manifest: ModelManifest;
  /** "sha256:<hex>" of the manifest's canonical bytes. */
  manifestDigest: string;
  predictor: StartedPredictor;
}

export interface ModelKeeperOptions {
  trustedKeys: readonly TrustedKey[];
  forcedBackend: BackendName | null;
  /** Backends that failed earlier in this tab. */
  except: readonly BackendName[];
  /** Runs one thing at a time on the tfjs engine. */
  exclusive<T>(action: () => Promise<T>): Promise<T>;
  onState(state: ModelState): void;
  onNotes(notes: Note[]): void;
  /** Keeps what became of each backend, for diagnostics. */
  record(event: BackendEvent): void;
  onOffer(offer: Offer | null): void;
  /** Every revocation that this browser has heard of, whenever there are more. */
  onRevocations(revocations: Revocation[]): void;
  /** A model has passed its known-answer test and is running: the first one, or another than before. */
  onRunning(): void;
}

/** The model that last passed every check in this browser. */
interface KeptModel {
  verified: VerifiedManifest;
  weights: ReturnType<typeof readKeptWeights>;
}

export interface ModelKeeper {
  running(): RunningModel | null;
  start(): Promise<void>;
  /** Starts again where every backend failed, and gives each another chance. */
  retry(): Promise<void>;
  /**
   * Asks the server for a newer version and offers it, and for revocations: a revoked version is stopped at once, and
   * its successor taken without asking.
   */
  check(): Promise<void>;
  /** Takes the version that is on offer. */
  takeOffer(): Promise<void>;
  /** Leaves a backend that failed for the next one. */
  leaveBackend(backend: BackendName): Promise<void>;
}

/**
 * Which model this tab runs: starts it, watches for newer ones, stops one that is revoked, and never goes back to an
 * older serial.
 */
export function createModelKeeper(options: ModelKeeperOptions): ModelKeeper {
  const { trustedKeys, forcedBackend, exclusive, onState, onOffer } = options;
  const notes = new Map<Note["kind"], Note>();
  const failedBackends = new Set<BackendName>(options.except);
  let running: RunningModel | null = null;
  let runningText: VerifiedManifest | null = null;
  let offered: VerifiedManifest | null = null;
  let etag: string | null = null;
  let busy = false;
  let failedOffline = false;
  /** Why no model runs: this version was revoked, and nothing has taken its place yet. */
  let stopped: Revocation | null = null;
  /** The newest version that ran here, at this visit or before. */
  let floor: VerifiedManifest | null = null;
  /** A backend was left while something else was under way. */
  let needsRestart = false;

  const trust = createTrustMemory(
    trustedKeys,
    { read: readHeardTrust, store: storeHeardTrust },
    options.onRevocations,
  );

  function note(added: Note): void {
    notes.set(added.kind, added);
    options.onNotes([...notes.values()]);
  }

  function withdraw(kind: Note["kind"]): void {
    if (notes.delete(kind)) options.onNotes([...notes.values()]);
  }

  async function load(
    verified: VerifiedManifest,
    onProgress: ByteProgress,
    onPhase: (state: ModelState) => void,
    kept?: KeptModel | null,
  ) {
    const { manifest } = verified;
    const manifestDigest = await digestOf(canonicalBytes(manifest));
    const { digest } = manifest.weights;
    const isKept = kept?.verified.manifest.weights.digest === digest;
    const weights = await loadWeights(manifest.weights, onProgress, isKept ? kept.weights : undefined);
    onPhase({ phase: "verifying", version: manifest.version });
    const { keeping } = weights;
    if (keeping === "kept") withdraw("storage");
    else note({ kind: "storage", keeping });
    const predictor = await exclusive(async () => {
      const started = await startPredictor(parseSafetensors(weights.bytes).weights, manifest, {
        forcedBackend,
        except: failedBackends,
        onStarting: (backend) => onPhase({ phase: "warming", version: manifest.version, backend }),
        onPassedOver: passedOver,
      });
      const { backend, watch } = started;
      watch.onError(() => {
        if (running?.predictor === started) void leaveBackend(backend);
      });
      options.record({ event: "started", backend, detail: null, difference: started.knownAnswerDifference });
      running?.predictor.dispose();
      running = { manifest, manifestDigest, predictor: started };
      runningText = verified;
      floor = verified;
      if (stopped) noteRevoked(stopped, manifest.version);
      stopped = null;
      options.onRunning();
      return started;
    });
    failedOffline = false;
    onState({
      phase: "ready",
      model: {
        manifest,
        manifestDigest,
        backend: predictor.backend,
        knownAnswerDifference: predictor.knownAnswerDifference,
        weightsFrom: weights.from,
      },
    });
    await remember(verified);
  }

  function passedOver(backend: BackendName, error: unknown): void {
    options.record({ event: "passed over", backend, detail: describeError(error), difference: null });
    if (error instanceof PneumoscopeError && error.code === "KNOWN_ANSWER_MISMATCH")
      note({ kind: "backend", event: "wrong", backend, count: 0 });
  }

  async function remember({ text, manifest }: VerifiedManifest): Promise<void> {
    await storeLastGoodManifest(text);
    await keepOnlyWeights([manifest.weights.digest]);
  }

  const loadVisibly = (verified: VerifiedManifest, kept?: KeptModel | null) => {
    const { version } = verified.manifest;
    const progress: ByteProgress = (receivedBytes, totalBytes) =>
      onState({ phase: "downloading", version, receivedBytes, totalBytes });
    return load(verified, progress, onState, kept);
  };

  async function start(): Promise<void> {
    if (busy || running) return;
    busy = true;
    onState({ phase: "checking" });
    void prepareBackend(forcedBackend);
    try {
      await startFirstThatWorks();
    } catch (error) {
      failedOffline = error instanceof PneumoscopeError && error.code === "NETWORK_FAILED";
      if (stopped) noteRevoked(stopped, null);
      onState({ phase: "failed", failure: failureOf(error) });
    } finally {
      busy = false;
    }
  }

  function noteRevoked({ version, reason }: Revocation, successor: string | null): void {
    note({ kind: "revoked", version, reason, successor });
  }

  async function startFirstThatWorks(): Promise<void> {
    const asked = fetchCurrent().then(
      (current) => ({ current, problem: undefined }),
      (problem: unknown) => ({ current: null, problem }),
    );
    const kept = await readKept();
    floor ??= kept?.verified ?? null;
    const { current, problem: unanswered } = await asked;
    let problem = unanswered;
    try {
      if (current && !isOlder(current, kept?.verified ?? null)) return await loadVisibly(current, kept);
      if (current && kept) problem = olderVersion(current.manifest, kept.verified.manifest);
    } catch (error) {
      problem = error;
    }
    const revoked = kept && trust.revocationOf(kept.verified.manifest);
    if (revoked) {
      stopped = revoked;
      void keepOnlyWeights([]);
      const isAnswered = failureCode(problem) !== "NETWORK_FAILED";
      throw isAnswered ? problem : modelRevoked(revoked);
    }
    if (!kept) throw problem;
    await loadVisibly(kept.verified, kept).catch(() => {
      throw problem;
    });
    if (failureCode(problem) !== "MODEL_REVOKED") noteFallback(problem, kept.verified.manifest.version);
  }

  /** Begins to read and check the kept weights as well: that takes as long as asking the server does. */
  async function readKept(): Promise<KeptModel | null> {
    const verified = await readLastGood();
    return verified && { verified, weights: readKeptWeights(verified.manifest.weights.digest) };
  }

  function noteFallback(problem: unknown, version: string): void {
    const failure = failureOf(problem);
    if (failure.code === "NETWORK_FAILED") note({ kind: "offline", version });
    else note({ kind: "refused", failure, version });
  }

  async function readLastGood(): Promise<VerifiedManifest | null> {
    const [text] = await Promise.all([readLastGoodManifest(), trust.recall()]);
    if (!text) return null;
    try {
      return verifyText(text, trust.keys());
    } catch {
      // Kept under a key that is not trusted any more.
      return null;
    }
  }

  async function fetchCurrent(): Promise<VerifiedManifest | null> {
    const answer = await fetchManifest(etag);
    if (!answer.changed) return null;
    await trust.hear(answer.trust);
    stopIfRevoked();
    const verified = verifyText(JSON.stringify(answer.signed), trust.keys());
    const revoked = trust.revocationOf(verified.manifest);
    if (revoked) {
      if (!running) stopped = revoked;
      throw modelRevoked(revoked);
    }
    etag = answer.etag;
    return verified;
  }

  /** Nothing is predicted by it from here on, whatever may follow. */
  function stopIfRevoked(): void {
    const revoked = running && trust.revocationOf(running.manifest);
    if (!running || !revoked) return;
    const left = running.predictor;
    running = null;
    stopped = revoked;
    offered = null;
    onOffer(null);
    noteRevoked(revoked, null);
    withdraw("refused");
    onState({ phase: "failed", failure: failureOf(modelRevoked(revoked)) });
    void exclusive(async () => left.dispose());
    void keepOnlyWeights([]);
  }

  async function check(): Promise<void> {
    if (busy) return;
    if (!running && !stopped) return failedOffline ? start() : undefined;
    busy = true;
    try {
      const current = await fetchCurrent();
      withdraw("offline");
      if (running) await offerNewer(current);
      else await takeSuccessor(current);
    } catch (error) {
      // While nothing runs, the reason for that stays on screen.
      if (running) noteFallback(error, runningText?.manifest.version ?? "");
    } finally {
      busy = false;
      await restartIfNeeded();
    }
  }

  async function offerNewer(current: VerifiedManifest | null): Promise<void> {
    if (!current || !runningText) return;
    if (isOlder(current, runningText)) throw olderVersion(current.manifest, runningText.manifest);
    withdraw("refused");
    offered = current.manifest.serial > runningText.manifest.serial ? current : null;
    onOffer(offered && { version: offered.manifest.version, serial: offered.manifest.serial });
  }

  /** Without asking: there is nothing else to read with. The images stay where they are. */
  async function takeSuccessor(current: VerifiedManifest | null): Promise<void> {
    if (!current || isOlder(current, floor)) return;
    try {
      await loadVisibly(current);
    } catch (error) {
      etag = null;
      onState({ phase: "failed", failure: failureOf(error) });
    }
  }

  async function takeOffer(): Promise<void> {
    if (!offered || busy) return;
    busy = true;
    const taken = offered;
    const { version, serial } = taken.manifest;
    const progress: ByteProgress = (receivedBytes, totalBytes) =>
      onOffer({ version, serial, progress: { receivedBytes, totalBytes } });
    progress(0, taken.manifest.weights.sizeBytes);
    try {
      await load(taken, progress, () => undefined);
      withdraw("refused");
    } catch (error) {
      noteFallback(error, runningText?.manifest.version ?? version);
    } finally {
      busy = false;
      offered = null;
      onOffer(null);
      await restartIfNeeded();
    }
  }

  async function leaveBackend(backend: BackendName): Promise<void> {
    const left = running?.predictor;
    options.record({ event: "left", backend, detail: left?.watch.error() ?? null, difference: null });
    failedBackends.add(backend);
    running = null;
    if (left) void exclusive(async () => left.dispose());
    note({ kind: "backend", event: "stopped", backend, count: 0 });
    needsRestart = true;
    await restartIfNeeded();
  }

  async function restartIfNeeded(): Promise<void> {
    if (busy || !needsRestart || running || stopped || !runningText) return;
    busy = true;
    needsRestart = false;
    try {
      await loadVisibly(runningText);
    } catch (error) {
      onState({ phase: "failed", failure: failureOf(error) });
    } finally {
      busy = false;
    }
  }

  async function retry(): Promise<void> {
    if (running) return;
    // A GPU that was lost stays lost in this worker; WebAssembly may only have lacked memory.
    failedBackends.delete("wasm");
    withdraw("backend");
    await start();
  }

  return { running: () => running, start, retry, check, takeOffer, leaveBackend };
}

function failureCode(error: unknown): string {
  return error instanceof PneumoscopeError ? error.code : "UNKNOWN";
}

function isOlder(candidate: VerifiedManifest, than: VerifiedManifest | null): boolean {
  return than !== null && candidate.manifest.serial < than.manifest.serial;
}

function olderVersion(offered: ModelManifest, kept: ModelManifest): PneumoscopeError {
  return new PneumoscopeError(
    "MANIFEST_INVALID",
    `The server offers serial ${offered.serial}, older than serial ${kept.serial} that this browser has run.`,
    {
      userMessage: `The server offers version ${offered.version}, which is older than the one already used here.`,
    },
  );
}
