import { migrateDatabase } from "@/drizzle/client";
import type { DatabaseServer } from "./database-server";

export const templateName = "faults_template";

/**
 * An empty record with triggers that write down, in the same transaction, whatever must never be committed. A trial's
 * database is a copy of it.
 */
export async function makeTemplate(server: DatabaseServer): Promise<void> {
  const admin = server.connect("postgres");
  await admin.unsafe(`create database ${templateName}`);
  await admin.end();
  await migrateDatabase(server.urlOf(templateName));
  const sql = server.connect(templateName);
  await sql.unsafe(rules);
  await sql.end();
}

const rules = `
create schema faults;
create table faults.violations (at timestamptz not null default clock_timestamp(), rule text not null, detail text);

create function faults.one_champion() returns trigger language plpgsql as $$
declare champions integer; crowned integer;
begin
  select count(*) into champions from public.model_versions where state = 'champion';
  select count(*) into crowned from public.champion c join public.model_versions m on m.serial = c.serial and m.state = 'champion';
  if champions <> 1 or crowned <> 1 then
    insert into faults.violations (rule, detail) values ('one champion at every commit', champions || ' champions, ' || crowned || ' crowned');
  end if;
  return null;
end $$;
create constraint trigger faults_versions after insert or update or delete on public.model_versions
  deferrable initially deferred for each row execute function faults.one_champion();
create constraint trigger faults_champion after insert or update or delete on public.champion
  deferrable initially deferred for each row execute function faults.one_champion();

create function faults.serials_rise() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' and exists (select 1 from public.model_versions where serial > new.serial) then
    insert into faults.violations (rule, detail) values ('serials rise', 'version ' || new.serial || ' came after a higher one');
  end if;
  if tg_op = 'DELETE' then
    insert into faults.violations (rule, detail) values ('versions stay', 'version ' || old.serial || ' was deleted');
    return old;
  end if;
  return new;
end $$;
create trigger faults_serials before insert or delete on public.model_versions for each row execute function faults.serials_rise();

create function faults.champion_rises() returns trigger language plpgsql as $$
begin
  if new.serial < old.serial then
    insert into faults.violations (rule, detail) values ('serials rise', 'champion went from ' || old.serial || ' to ' || new.serial);
  end if;
  return new;
end $$;
create trigger faults_champion_rises before update on public.champion for each row execute function faults.champion_rises();

create function faults.step_once() returns trigger language plpgsql as $$
begin
  if old.output is not null and (new.attempts <> old.attempts or new.output is distinct from old.output) then
    insert into faults.violations (rule, detail) values ('a finished step is not done again', new.run_id || ' ' || new.name);
  end if;
  return new;
end $$;
create trigger faults_steps before update on public.run_steps for each row execute function faults.step_once();

create function faults.ledger_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    insert into faults.violations (rule, detail) values ('looks are kept', 'look ' || old.look || ' was deleted');
    return old;
  end if;
  if new.look <> old.look or new.level <> old.level or new.run_id <> old.run_id
     or (old.outcome is not null and new.outcome is distinct from old.outcome) then
    insert into faults.violations (rule, detail) values ('looks are kept', 'look ' || old.look || ' was changed');
  end if;
  return new;
end $$;
create trigger faults_ledger before update or delete on public.alpha_ledger for each row execute function faults.ledger_kept();

create function faults.ends_stay() returns trigger language plpgsql as $$
begin
  if old.state in ('succeeded', 'failed', 'skipped', 'cancelled') and (new.state <> old.state or new.stage is distinct from old.stage) then
    insert into faults.violations (rule, detail)
      values ('an ended run stays ended', new.id || ': ' || old.state || ' at ' || coalesce(old.stage, '-') || ' became ' || new.state || ' at ' || coalesce(new.stage, '-'));
  end if;
  return new;
end $$;
create trigger faults_ends before update on public.training_runs for each row execute function faults.ends_stay();

create function faults.events_stay() returns trigger language plpgsql as $$
begin
  insert into faults.violations (rule, detail) values ('audit events stay', 'event ' || old.id || ' was changed');
  return coalesce(new, old);
end $$;
create trigger faults_events before update or delete on public.audit_events for each row execute function faults.events_stay();
`;
