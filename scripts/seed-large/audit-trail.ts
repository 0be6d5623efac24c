import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Sql } from "postgres";
import type { AuditAction } from "@/lib/audit/actions";
import { chainStart, hashOfEvent } from "@/lib/audit/chain";
import { createRandom, type Random } from "@/lib/random";
import { plan, runIdOf } from "./plan";

interface Event {
  action: AuditAction;
  actor: string;
  entityId: string;
  details: Record<string, unknown>;
}

/** Events of years, hashed one onto the other as the product does it, so that `npm run audit -- verify` holds. */
export async function seedAuditTrail(sql: Sql, seed: number, until: Date): Promise<void> {
  const into =
    await sql`copy audit_events (id, at, action, actor, entity_id, details, hash) from stdin`.writable();
  await pipeline(Readable.from(portions(seed, until)), into);
  await sql`select setval(pg_get_serial_sequence('audit_events', 'id'), ${plan.auditEvents}::bigint)`;
}

function* portions(seed: number, until: Date): Generator<string> {
  const random = createRandom(seed);
  const everyMs = (plan.runs * plan.runEveryMinutes * 60_000) / plan.auditEvents;
  const firstMs = until.getTime() - plan.auditEvents * everyMs;
  let hash = chainStart;
  let lines: string[] = [];
  for (let id = 1; id <= plan.auditEvents; id++) {
    const at = new Date(Math.round(firstMs + id * everyMs));
    const event = drawEvent(random, id);
    hash = hashOfEvent(hash, { ...event, at });
    const { action, actor, entityId, details } = event;
    lines.push([id, at.toISOString(), action, actor, entityId, copied(details), hash].join("\t"));
    if (lines.length < 2_000 && id < plan.auditEvents) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
}

function copied(details: Record<string, unknown>): string {
  return JSON.stringify(details).replaceAll("\\", "\\\\");
}

/** The last so many people have no events in the later half. */
const leavers = 10;

/** Mostly sign-ins, as in life. */
function drawEvent(random: Random, id: number): Event {
  const number = random.int(plan.users);
  const hasLeft = number >= plan.users - leavers && id > plan.auditEvents / 2;
  const user = `user-${hasLeft ? number - leavers : number}@example.org`;
  const run = runIdOf(1 + Math.floor(((id - 1) / plan.auditEvents) * plan.runs));
  const chance = random.next();
  if (chance < 0.5)
    return {
      action: "user.signed_in",
      actor: user,
      entityId: user,
      details: { address: `192.0.2.${id % 250}` },
    };
  if (chance < 0.6)
    return {
      action: "user.sign_in_refused",
      actor: "anonymous",
      entityId: user,
      details: { reason: "password" },
    };
  if (chance < 0.8)
    return { action: "user.signed_out", actor: user, entityId: user, details: { sessions: 1 } };
  if (chance < 0.87) return { action: "training_run.started", actor: "schedule", entityId: run, details: {} };
  if (chance < 0.95)
    return {
      action: "training_run.succeeded",
      actor: "schedule",
      entityId: run,
      details: { reason: "The challenger was compared with the model in use." },
    };
  const version = `v${1 + Math.floor(((id - 1) / plan.auditEvents) * plan.versions)}`;
  if (chance < 0.99)
    return { action: "model_version.commented", actor: user, entityId: version, details: { text: "Seen." } };
  return {
    action: "model_version.published",
    actor: "loop",
    entityId: version,
    details: { serial: id % 1_000 },
  };
}
