import { type AuditAction, auditActions } from "@/lib/audit/actions";

/** What the page's address asks for, as the server takes it. */
export interface AuditFilter {
  text?: string;
  action?: AuditAction;
  /** ISO 8601. */
  since?: string;
  until?: string;
}

const dayMs = 24 * 60 * 60_000;

/** The address has whole days in UTC, both of them included. What is none is left out. */
export function auditFilterFrom(params: URLSearchParams): AuditFilter {
  const text = params.get("text")?.trim().slice(0, 100);
  const action = auditActions.find((name) => name === params.get("action"));
  const from = startOfDay(params.get("from"));
  const to = startOfDay(params.get("to"));
  return {
    ...(text && { text }),
    ...(action && { action }),
    ...(from !== null && { since: new Date(from).toISOString() }),
    ...(to !== null && { until: new Date(to + dayMs).toISOString() }),
  };
}

function startOfDay(day: string | null): number | null {
  if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const timeMs = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(timeMs) ? null : timeMs;
}
