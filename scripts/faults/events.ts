import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { ArtifactStore } from "@/lib/artifacts/store";
import { PneumoscopeError } from "@/lib/errors";
import type { TrainerClient } from "@/lib/server/trainer-client";
import { type ArmedFault, fire, fullMark, markOf, readArmed } from "./armed";
import { type FaultStage, faultStages } from "./plan";

/** Counts what a process does, and fires the trial's faults at the events that they wait for. */
export interface EventCounter {
  happens(label: string): void;
  enter(stage: FaultStage): void;
  counts(): Record<string, number>;
}

const armed = readArmed();

export function countWebEvents(): EventCounter {
  let stage: FaultStage = "start";
  let event = -1;
  const sinceFault = new Map<number, number>();
  const counts: Record<string, number> = {};

  function isDue({ id, trigger }: ArmedFault): boolean {
    if ("job" in trigger) return false;
    if ("stage" in trigger) {
      const isLate = faultStages.indexOf(stage) > faultStages.indexOf(trigger.stage);
      return isLate || (stage === trigger.stage && event >= trigger.event);
    }
    if (!existsSync(markOf(armed.folder, trigger.after))) return false;
    const since = (sinceFault.get(id) ?? 0) + 1;
    sinceFault.set(id, since);
    return since > trigger.event;
  }

  return {
    enter(next) {
      stage = next;
      event = -1;
    },
    happens(_label) {
      event++;
      counts[stage] = event + 1;
      for (const fault of armed.faults)
        if (!existsSync(markOf(armed.folder, fault.id)) && isDue(fault)) fire(armed, fault);
    },
    counts: () => counts,
  };
}

/** The same in a job's process. */
export function countJobEvents(job: "train" | "evaluate"): { happens(): void } {
  let event = -1;
  return {
    happens() {
      event++;
      for (const fault of armed.faults)
        if ("job" in fault.trigger && fault.trigger.job === job && event === fault.trigger.event)
          fire(armed, fault);
    },
  };
}

/** A store whose every use is an event, and that is full where the trial says so. */
export function watchedStore(store: ArtifactStore, happens: (label: string) => void): ArtifactStore {
  const requireSpace = (what: string) => {
    if (existsSync(fullMark(armed.folder)))
      throw new PneumoscopeError("DISK_FULL", `No space left to write ${what}. Nothing was changed.`);
  };
  return {
    async put(bytes) {
      happens("put");
      requireSpace("an artifact");
      return store.put(bytes);
    },
    async writePointer(name, text) {
      happens(`write ${name}`);
      requireSpace(name);
      await store.writePointer(name, text);
      happens(`wrote ${name}`);
    },
    async get(digest) {
      return store.get(digest);
    },
    stat: store.stat,
    renew: store.renew,
    storedAt: store.storedAt,
    remove: store.remove,
    stream: store.stream,
    readPointer: store.readPointer,
    pointersBelow: store.pointersBelow,
    removePointer: store.removePointer,
  };
}

export function watchedTrainer(client: TrainerClient, happens: (label: string) => void): TrainerClient {
  return {
    async start(job) {
      happens(`start ${job.kind}`);
      const status = await client.start(job);
      happens(`started ${job.kind}`);
      return status;
    },
    async status(jobId) {
      happens("ask");
      return client.status(jobId);
    },
    async *events(jobId, signal) {
      for await (const status of client.events(jobId, signal)) {
        happens(`status ${status.state}`);
        yield status;
        await delay(0);
      }
    },
    cancel: client.cancel,
    checkpoints: client.checkpoints,
    removeCheckpoint: client.removeCheckpoint,
    health: client.health,
  };
}
