import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Sql } from "postgres";
import { freePort } from "@/lib/node/embedded-postgres";
import { folderArtifactStore } from "@/lib/node/folder-artifact-store";
import { armFaults, type Reference } from "./arm-faults";
import { type ArmedFault, armedVariable, fillerName, fullMark, markOf, pidFile } from "./armed";
import { cancelFirstRun } from "./cancel-first-run";
import { startTrialProcess, type TrialProcess } from "./child";
import type { DatabaseServer } from "./database-server";
import { startDurableEngine } from "./durable-engine";
import { checkInvariants } from "./invariants";
import type { Fault, TrialPlan } from "./plan";
import { watchPointer } from "./pointer-watch";
import { templateName } from "./watched-database";

/** What all trials share. */
export interface TrialGround {
  folder: string;
  bundles: string;
  server: DatabaseServer;
  dataset: string;
  policyFiles: { automatic: string; review: string };
  /** Whether small disks can be mounted, to be filled in fact. */
  canMount: boolean;
  /** Called once a trial has settled and before it is checked. */
  beforeChecks?: ((trial: { plan: TrialPlan; sql: Sql; data: string }) => Promise<void>) | undefined;
}

export interface TrialResult {
  plan: TrialPlan;
  /** Broken invariants and expectations; empty where the trial passed. */
  problems: string[];
  /** How many of the plan's faults came to pass. */
  fired: number;
  /** State and reason of the run. */
  end: string;
  durationMs: number;
  /** Events of the web process by stage; of an undisturbed trial they are the reference. */
  counts: Record<string, number>;
  weightsDigest: string | null;
  log: string;
}

/** Generous: the machine may be busy with other things. */
const settleTimeoutMs = 90_000;
const pollMs = 40;
const stopTimeoutMs = 15_000;
const fullForMs = 500;
const days = ["2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z"] as const;
const smallDiskBytes = 24 * 2 ** 20;
const challengerSkill = { promote: 0.9, review: 0.9, keep: 0.02 } as const;

interface RunRow {
  id: string;
  key: string;
  state: string;
  stage: string | null;
  reason: string | null;
  error_code: string | null;
}

/** Runs the loop with a plan's faults, lets it settle, and checks what must hold. `reference` is null for the undisturbed trial. */
export async function runTrial(
  ground: TrialGround,
  plan: TrialPlan,
  reference: Reference | null,
): Promise<TrialResult> {
  const startMs = Date.now();
  const trial = await setUp(ground, plan, reference);
  const problems: string[] = [];
  let end = "";
  let weightsDigest: string | null = null;
  try {
    trial.start();
    await trial.settle(days[0]);
    const [first] = await trial.runs();
    end = first
      ? `${first.state}: ${first.error_code ? `${first.error_code}: ` : ""}${first.reason}`
      : "no run";
    if (!reference) await trial.askForCounts();
    trial.setClocksRight();
    await trial.settle(days[1]);
    await trial.stop(problems);
    await ground.beforeChecks?.({ plan, sql: trial.sql, data: trial.data });
    const checked = await checkInvariants({
      plan,
      reference,
      sql: trial.sql,
      store: folderArtifactStore(path.join(trial.data, "artifacts")),
      data: trial.data,
    });
    problems.push(...checked.problems, ...trial.pointerProblems());
    weightsDigest = checked.weightsDigest;
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await trial.tearDown(problems);
  }
  const { fired, counts, log } = trial.report();
  if (fired < plan.faults.length && !plan.faults.some(mayNotHappen))
    problems.push("a planned fault never happened");
  return { plan, problems, fired, end, durationMs: Date.now() - startMs, counts, weightsDigest, log };
}

/** A fault after another may come later than the end of all. */
function mayNotHappen(fault: Fault): boolean {
  return "at" in fault && "eventsAfter" in fault.at;
}

async function setUp(ground: TrialGround, plan: TrialPlan, reference: Reference | null) {
  const { server } = ground;
  const folder = path.join(ground.folder, `trial-${plan.index}`);
  const data = path.join(folder, "data");
  mkdirSync(data, { recursive: true });
  const needsDisk = plan.faults.some((fault) => fault.kind === "disk full" && fault.disk === "files");
  const mounted = needsDisk && ground.canMount;
  if (mounted)
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${smallDiskBytes},mode=0755`, "tmpfs", data]);
  const name = `trial_${Math.max(0, plan.index)}`;
  const admin = server.connect("postgres");
  await admin.unsafe(`drop database if exists ${name} with (force)`);
  await admin.unsafe(`create database ${name} template ${templateName}`);
  await admin.end();
  writeFileSync(pidFile(folder, "database"), String(server.pid));

  const lines: string[] = [];
  const startedMs = Date.now();
  const log = (text: string): void =>
    void lines.push(
      ...text
        .trimEnd()
        .split("\n")
        .map((line) => `${String(Date.now() - startedMs).padStart(6)} ${line}`),
    );
  const armed: ArmedFault[] = armFaults(plan.faults, reference, {
    folder,
    data,
    serverFolder: path.join(ground.folder, "server"),
    canMount: ground.canMount,
  });
  const files = {
    webClock: path.join(folder, "web.clock"),
    trainerClock: path.join(folder, "trainer.clock"),
  };
  const engine = plan.runner === "inngest" ? await startEngine() : null;
  const env: Record<string, string> = {
    ...engine?.env,
    PNEUMOSCOPE_DATA_DIR: data,
    DATABASE_URL: server.urlOf(name),
    TRAINER_URL: "",
    TRAINER_PORT: "0",
    TRAINER_HOST: "127.0.0.1",
    TRAINER_ENGINE: "",
    RETRAIN_CRON: engine ? "0 3 * * *" : "off",
    RETRAIN_DATA: ground.dataset,
    RETRAIN_PRESET: "demo",
    PROMOTION_POLICY: ground.policyFiles[plan.scenario === "review" ? "review" : "automatic"],
    NOTIFY_WEBHOOK_URL: "",
    INNGEST_DEV: engine?.url ?? "",
    INNGEST_BASE_URL: engine?.url ?? "",
    INNGEST_EVENT_KEY: "",
    NODE_ENV: "production",
    FAULTS_SKILL: String(challengerSkill[plan.scenario]),
    FAULTS_CLOCK: files.webClock,
    FAULTS_TRAINER_CLOCK: files.trainerClock,
    [armedVariable]: JSON.stringify({ folder, faults: armed }),
  };
  const sql: Sql = server.connect(name);
  const pointer = watchPointer(folderArtifactStore(path.join(data, "artifacts")));
  const counts: Record<string, number> = {};
  const processes = new Map<string, TrialProcess>();
  const restarts = new Map<string, number>();
  const handled = new Set<number>();
  const everStarted: TrialProcess[] = [];
  let freeDiskAtMs = Number.POSITIVE_INFINITY;
  let databaseStart: Promise<void> | null = null;
  let day: string = days[0];

  async function startEngine() {
    const port = await freePort();
    const fault = plan.faults.find((item) => item.kind === "callbacks")?.fault ?? null;
    const started = await startDurableEngine({ webUrl: `http://127.0.0.1:${port}`, fault, log });
    return { ...started, env: { PORT: String(port), PUBLIC_URL: started.url } };
  }

  function startProcess(which: "web" | "web 2" | "trainer"): void {
    const script = which === "trainer" ? "trainer-process.mjs" : "web-process.mjs";
    const started = startTrialProcess({ name: which, script, bundles: ground.bundles, folder, env, log });
    started.onMessage((message) => {
      if (message.counts) Object.assign(counts, message.counts);
    });
    if (which === "web 2") void started.ready.then(() => started.send({ tick: day })).catch(() => undefined);
    processes.set(which, started);
    everStarted.push(started);
    log(`${which} started`);
  }

  function superviseProcesses(): boolean {
    let allUp = true;
    for (const [which, { hasExited }] of processes) {
      if (!hasExited()) continue;
      if (which === "web 2") {
        processes.delete(which);
        continue;
      }
      allUp = false;
      const at = restarts.get(which) ?? Date.now() + plan.awayMs;
      restarts.set(which, at);
      if (Date.now() < at) continue;
      restarts.delete(which);
      startProcess(which as "web" | "trainer");
    }
    return allUp;
  }

  function superviseDatabase(): boolean {
    if (databaseStart) return false;
    if (!server.hasExited()) return true;
    log("the database is gone");
    databaseStart = delay(plan.awayMs)
      .then(() => server.restart())
      .then(() => writeFileSync(pidFile(folder, "database"), String(server.pid)))
      .then(() => log("the database is back"))
      .catch((error) => log(`the database does not come back yet: ${String(error)}`))
      .finally(() => {
        databaseStart = null;
      });
    return false;
  }

  async function handleMarks(): Promise<void> {
    for (const [id, fault] of plan.faults.entries()) {
      if (handled.has(id) || !existsSync(markOf(folder, id))) continue;
      if (fault.kind === "cancel" && !(await cancelFirstRun({ sql, data, id, folder, log }))) continue;
      handled.add(id);
      log(`--- fault ${id} happened`);
      if (fault.kind === "disk full") freeDiskAtMs = Date.now() + fullForMs;
      if (fault.kind === "second scheduler") startProcess("web 2");
      if (fault.kind === "clock") await moveClock(fault);
    }
    if (Date.now() < freeDiskAtMs) return;
    freeDiskAtMs = Number.POSITIVE_INFINITY;
    freeDisks();
  }

  function freeDisks(): void {
    for (const place of [data, path.join(ground.folder, "server")])
      rmSync(path.join(place, fillerName), { force: true });
    rmSync(fullMark(folder), { force: true });
    log("the disk has space again");
  }

  /** The database's own clock moves with the web's: seen from it, a lease that was taken before ends earlier or later. */
  async function moveClock({ days: by, whose }: Extract<Fault, { kind: "clock" }>): Promise<void> {
    const offsetMs = String(Math.round(by * 86_400_000));
    if (whose !== "trainer") writeFileSync(files.webClock, offsetMs);
    if (whose !== "web") writeFileSync(files.trainerClock, offsetMs);
    if (whose !== "trainer")
      await sql`update trainer_lock set expires_at = expires_at - make_interval(secs => ${by * 86_400})`.catch(
        () => undefined,
      );
  }

  async function askForCounts(): Promise<void> {
    processes.get("web")?.send({ counts: true });
    await waitFor(() => Object.keys(counts).length > 0, stopTimeoutMs);
  }

  function setClocksRight(): void {
    for (const file of Object.values(files)) rmSync(file, { force: true });
  }

  async function runs(): Promise<RunRow[]> {
    return sql<RunRow[]>`select id, key, state, stage, reason, error_code from training_runs order by key`;
  }

  /** Ticks the day and supervises until its run has ended, every process is up, and the lock is free. */
  async function settle(tick: string): Promise<void> {
    day = tick;
    const key = `schedule:${tick.slice(0, 10)}`;
    const deadline = Date.now() + settleTimeoutMs;
    let tickedWeb: TrialProcess | null = null;
    let what = "";
    while (Date.now() < deadline) {
      await handleMarks();
      const processesUp = superviseProcesses();
      const up = superviseDatabase() && processesUp;
      await pointer.look();
      const web = processes.get("web") as TrialProcess;
      if (engine && tickedWeb === null) {
        engine.trigger({
          id: `tick ${tick}`,
          name: "inngest/scheduled.timer",
          ts: Date.parse(tick),
          data: { cron: "0 3 * * *" },
        });
        tickedWeb = web;
      }
      if (!engine && tickedWeb !== web && !web.hasExited() && (await isReady(web))) {
        const known = await runs().catch(() => null);
        if (known && !known.some((run) => run.key === key)) web.send({ tick });
        if (known) tickedWeb = web;
      }
      const state = await progressOf(key).catch((error) => ({ done: false, what: String(error) }));
      what = state.what;
      if (up && state.done && (engine?.isIdle() ?? true) && freeDiskAtMs === Number.POSITIVE_INFINITY) return;
      await delay(pollMs);
    }
    throw new Error(`STUCK: nothing settled within ${settleTimeoutMs / 1000} s: ${what}`);
  }

  async function progressOf(key: string): Promise<{ done: boolean; what: string }> {
    const rows = await runs();
    const open = rows.filter(({ state }) => state === "queued" || state === "running");
    const locks =
      await sql`select run_id, holder, expires_at, now() as now from trainer_lock where expires_at >= now()`;
    const what = JSON.stringify({ rows, locks });
    return { done: rows.some((run) => run.key === key) && open.length === 0 && locks.length === 0, what };
  }

  async function stop(problems: string[]): Promise<void> {
    for (const { child, hasExited } of processes.values()) if (!hasExited()) child.kill("SIGTERM");
    await waitFor(() => everStarted.every(({ hasExited }) => hasExited()), stopTimeoutMs);
    for (const { name: which, hasExited } of everStarted)
      if (!hasExited()) problems.push(`${which} did not stop when it was asked to`);
    const left = () => processesOf(data);
    if (!(await waitFor(() => left().length === 0, stopTimeoutMs)))
      problems.push(
        `processes were left behind: ${left()
          .map(({ pid, what }) => `${pid} ${what}`)
          .join("; ")}`,
      );
  }

  async function tearDown(problems: string[]): Promise<void> {
    freeDisks();
    await engine?.close();
    for (const { pid } of processesOf(data)) killQuietly(pid);
    for (const { child, hasExited } of everStarted) if (!hasExited()) child.kill("SIGKILL");
    await databaseStart;
    if (server.hasExited()) await server.restart();
    await sql.end({ timeout: 1 }).catch(() => undefined);
    const cleaner = server.connect("postgres");
    await cleaner
      .unsafe(`drop database if exists ${name} with (force)`)
      .catch((error) => problems.push(String(error)));
    await cleaner.end();
    if (mounted) execFileSync("umount", ["-l", data]);
    rmSync(folder, { recursive: true, force: true });
  }

  return {
    data,
    sql,
    runs,
    settle,
    askForCounts,
    setClocksRight,
    stop,
    tearDown,
    start() {
      startProcess("trainer");
      startProcess("web");
    },
    pointerProblems: pointer.problems,
    report: () => ({
      fired: handled.size + (engine && engine.touchedCallbacks() > 0 ? 1 : 0),
      counts,
      log: lines.join("\n"),
    }),
  };
}

async function isReady(process: TrialProcess): Promise<boolean> {
  return Promise.race([
    process.ready.then(
      () => true,
      () => false,
    ),
    delay(0).then(() => false),
  ]);
}

async function waitFor(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await delay(pollMs);
  }
  return true;
}

/** Living processes that were started for a data folder, whoever their parent is now. */
export function processesOf(data: string): { pid: number; what: string }[] {
  const marker = `PNEUMOSCOPE_DATA_DIR=${data}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return [];
        const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(marker);
        const what = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return isOurs ? [{ pid: Number(pid), what }] : [];
      } catch {
        return [];
      }
    });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone before.
  }
}
