import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../cli/project-folder";
import { pidFile } from "./armed";

/** A process of a trial. Its output is kept, to be shown when the trial fails. */
export interface TrialProcess {
  name: string;
  child: ChildProcess;
  hasExited(): boolean;
  /** Resolves with the first message or line that says that it is ready. @throws where it ends before */
  ready: Promise<void>;
  send(message: object): void;
  onMessage(listener: (message: Record<string, unknown>) => void): void;
}

export function startTrialProcess(options: {
  name: string;
  script: string;
  bundles: string;
  folder: string;
  env: Record<string, string>;
  log(text: string): void;
}): TrialProcess {
  const { name, script, bundles, folder, env, log } = options;
  const child = spawn(process.execPath, [path.join(bundles, script)], {
    cwd: projectFolder,
    env: { ...process.env, ...env, FAULTS_PROCESS: name },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  writeFileSync(pidFile(folder, name), String(child.pid));
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => log(`${name}: ${text}`));
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: { ready?: boolean }) => {
      if (message.ready) resolve();
    });
    child.stdout?.on("data", (text: string) => {
      if (text.includes('"listening"')) resolve();
    });
    child.once("exit", (code, signal) => reject(new Error(`${name} ended with ${signal ?? code}`)));
  });
  ready.catch(() => undefined);
  return {
    name,
    child,
    ready,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    send: (message) => void (child.connected && child.send(message, () => undefined)),
    onMessage: (listener) => void child.on("message", listener),
  };
}
