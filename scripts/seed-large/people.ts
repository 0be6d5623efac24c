import type { Sql } from "postgres";
import { plan } from "./plan";

export const seededAdmin = "admin@example.org";

/** Accounts without passwords: nobody signs in to them but by the benchmark's own session. */
export async function seedPeople(sql: Sql, until: Date): Promise<void> {
  await sql`
    insert into users (id, email, name, role, created_at)
    select md5('user ' || i)::uuid, case when i = 0 then ${seededAdmin} else 'user-' || i || '@example.org' end,
      case when i = 0 then 'Administrator' else 'User ' || i end,
      case when i % 40 = 0 then 'admin' when i % 3 = 0 then 'viewer' else 'doctor' end,
      ${until}::timestamptz - (1000 - i) * interval '1 day'
    from generate_series(0, ${plan.users - 1}::int) i`;
  await sql`
    insert into user_sessions (id, user_id, address, user_agent, created_at, last_seen_at, expires_at, ended_at)
    select md5('session ' || i)::uuid, md5('user ' || i % ${plan.users}::int)::uuid, '192.0.2.' || i % 250, 'seeded',
      at, at, at + interval '7 days', at + interval '1 day'
    from (select i, ${until}::timestamptz - (30000 - i) * interval '40 minutes' as at
      from generate_series(1, 30000) i) numbered`;
}

/** What doctors said, and what browsers counted, of the versions that were in use. */
export async function seedUse(sql: Sql, until: Date): Promise<void> {
  await sql`
    insert into feedback (id, owner, revision, serial, probability_percent, verdict, opinion, corrected_label, hour)
    select md5('feedback ' || i), md5('owner ' || i), 1, ${plan.versions}::int - i % 30,
      floor(100 * pg_temp.draw(i, 21))::int,
      case when pg_temp.draw(i, 21) > 0.5 then 'PNEUMONIA' else 'NORMAL' end,
      case when i % 10 = 0 then 'corrected' when i % 7 = 0 then 'disagree' else 'agree' end,
      case when i % 10 = 0 then 'OTHER' end,
      date_trunc('hour', ${until}::timestamptz - i % 4000 * interval '1 hour', 'UTC')
    from generate_series(1, ${plan.feedback}::int) i`;
  await sql`
    insert into statistics_days (day, serial, reports, probabilities, refusals, backends, speeds)
    select (${until}::timestamptz - day * interval '1 day')::date, ${plan.versions}::int - day / 4 - which, 40,
      (select array_agg(floor(12 * pg_temp.draw(day * 100 + which * 50 + bin, 22))::int order by bin)
        from generate_series(1, 20) bin),
      array[3, 1, 0, 2], array[80, 40], array[0, 4, 30, 40, 20, 10, 3, 1]
    from generate_series(0, 900) day cross join generate_series(0, 1) which`;
}
