import { PneumoscopeError } from "@/lib/errors";
import { canonicalBytes, digestOf, type ModelManifest, type TrustedKey } from "@/lib/manifest";
import { parseSafetensors } from "@/lib/safetensors/safetensors";
import { failureOf } from "./failure";
import { fetchManifest, type VerifiedManifest, verifyText } from "./fetch-manifest";
import { type ByteProgress, loadWeights } from "./fetch-weights";
import type { BackendName, ModelState, Note, Offer } from "./messages";
import { type StartedPredictor, startPredictor } from "./start-predictor";
import { keepOnlyWeights, readLastGoodManifest, storeLastGoodManifest } from "./storage";

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
  onOffer(offer: Offer | null): void;
  /** A model has passed its known-answer test and is running: the first one, or another than before. */
  onRunning(): void;
}

export interface ModelKeeper {
  running(): RunningModel | null;
  start(): Promise<void>;
  /** Starts again where every backend failed, and gives each another chance. */
  retry(): Promise<void>;
  /** Asks the server for a newer version and offers it. */
  check(): Promise<void>;
  /** Takes the version that is on offer. */
  takeOffer(): Promise<void>;
  /** Leaves a backend that failed for the next one. */
  leaveBackend(backend: BackendName): Promise<void>;
}

/** Which model this tab runs: starts it, watches for newer ones, and never goes back to an older serial. */
export function createModelKeeper(options: ModelKeeperOptions): ModelKeeper {
  const { trustedKeys, forcedBackend, exclusive, onState, onOffer } = options;
  const notes = new Map<Note["kind"], string>();
  const failedBackends = new Set<BackendName>(options.except);
  let running: RunningModel | null = null;
  let runningText: VerifiedManifest | null = null;
  let offered: VerifiedManifest | null = null;
  let etag: string | null = null;
  let busy = false;
  let failedOffline = false;

  function note(kind: Note["kind"], text: string | null): void {
    if ((notes.get(kind) ?? null) === text) return;
    if (text === null) notes.delete(kind);
    else notes.set(kind, text);
    options.onNotes([...notes].map(([noteKind, noteText]) => ({ kind: noteKind, text: noteText })));
  }

  async function load(
    verified: VerifiedManifest,
    onProgress: ByteProgress,
    onPhase: (state: ModelState) => void,
  ) {
    const { manifest } = verified;
    const manifestDigest = await digestOf(canonicalBytes(manifest));
    const weights = await loadWeights(manifest.weights, onProgress);
    onPhase({ phase: "verifying", version: manifest.version });
    note(
      "storage",
      weights.kept ? null : "This browser does not keep the model, so the next visit downloads it again.",
    );
    const predictor = await exclusive(async () => {
      const started = await startPredictor(parseSafetensors(weights.bytes).weights, manifest, {
        forcedBackend,
        except: failedBackends,
        onStarting: (backend) => onPhase({ phase: "warming", version: manifest.version, backend }),
        onPassedOver: passedOver,
      });
      running?.predictor.dispose();
      running = { manifest, manifestDigest, predictor: started };
      runningText = verified;
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
    const worthTelling = error instanceof PneumoscopeError && error.code === "KNOWN_ANSWER_MISMATCH";
    if (worthTelling || failedBackends.has(backend)) {
      note("backend", `${backendTitle[backend]} gave wrong answers in the built-in test and is not used.`);
    }
  }

  async function remember({ text, manifest }: VerifiedManifest): Promise<void> {
    await storeLastGoodManifest(text);
    await keepOnlyWeights([manifest.weights.digest]);
  }

  const loadVisibly = (verified: VerifiedManifest) => {
    const { version } = verified.manifest;
    const progress: ByteProgress = (receivedBytes, totalBytes) =>
      onState({ phase: "downloading", version, receivedBytes, totalBytes });
    return load(verified, progress, onState);
  };

  async function start(): Promise<void> {
    if (busy || running) return;
    busy = true;
    onState({ phase: "checking" });
    try {
      await startFirstThatWorks();
    } catch (error) {
      failedOffline = error instanceof PneumoscopeError && error.code === "NETWORK_FAILED";
      onState({ phase: "failed", failure: failureOf(error) });
    } finally {
      busy = false;
    }
  }

  async function startFirstThatWorks(): Promise<void> {
    const lastGood = await readLastGood();
    let problem: unknown;
    try {
      const current = await fetchCurrent();
      if (current && !isOlder(current, lastGood)) return await loadVisibly(current);
      if (current && lastGood) problem = olderVersion(current.manifest, lastGood.manifest);
    } catch (error) {
      problem = error;
    }
    if (!lastGood) throw problem;
    await loadVisibly(lastGood).catch(() => {
      throw problem;
    });
    noteFallback(problem, lastGood.manifest.version);
  }

  function noteFallback(problem: unknown, version: string): void {
    const { code, message } = failureOf(problem);
    const kept = `Version ${version}, verified earlier in this browser, is used.`;
    if (code === "NETWORK_FAILED") note("offline", `The server cannot be reached. ${kept}`);
    else note("refused", `${message} ${kept}`);
  }

  async function readLastGood(): Promise<VerifiedManifest | null> {
    const text = await readLastGoodManifest();
    if (!text) return null;
    try {
      return verifyText(text, trustedKeys);
    } catch {
      // Kept under a key that is not trusted any more.
      return null;
    }
  }

  async function fetchCurrent(): Promise<VerifiedManifest | null> {
    const answer = await fetchManifest(trustedKeys, etag);
    if (!answer.changed) return null;
    etag = answer.etag;
    return answer.verified;
  }

  async function check(): Promise<void> {
    if (busy) return;
    if (!running) return failedOffline ? start() : undefined;
    busy = true;
    try {
      await offerNewer(await fetchCurrent());
      note("offline", null);
    } catch (error) {
      noteFallback(error, running.manifest.version);
    } finally {
      busy = false;
    }
  }

  async function offerNewer(current: VerifiedManifest | null): Promise<void> {
    if (!current || !runningText) return;
    if (isOlder(current, runningText)) throw olderVersion(current.manifest, runningText.manifest);
    note("refused", null);
    offered = current.manifest.serial > runningText.manifest.serial ? current : null;
    onOffer(offered && { version: offered.manifest.version, serial: offered.manifest.serial });
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
      note("refused", null);
    } catch (error) {
      noteFallback(error, runningText?.manifest.version ?? version);
      if (!running) await restart();
    } finally {
      busy = false;
      offered = null;
      onOffer(null);
    }
  }

  async function leaveBackend(backend: BackendName): Promise<void> {
    failedBackends.add(backend);
    running?.predictor.dispose();
    running = null;
    note(
      "backend",
      `${backendTitle[backend]} stopped working in this tab; what it had not finished is read without it.`,
    );
    // A version that is being taken will run without this backend already.
    if (busy) return;
    busy = true;
    await restart();
    busy = false;
  }

  async function restart(): Promise<void> {
    if (!runningText) return;
    try {
      await loadVisibly(runningText);
    } catch (error) {
      onState({ phase: "failed", failure: failureOf(error) });
    }
  }

  async function retry(): Promise<void> {
    if (running) return;
    failedBackends.clear();
    note("backend", null);
    await start();
  }

  return { running: () => running, start, retry, check, takeOffer, leaveBackend };
}

const backendTitle: Record<BackendName, string> = { webgpu: "WebGPU", wasm: "WebAssembly" };

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
