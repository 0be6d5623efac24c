import type { NotificationContent, OutgoingNotification } from "./notification";

const marks: Record<NotificationContent["severity"], string> = { info: "✅", warning: "⚠️", error: "🛑" };
const note = "Pneumoscope. For research use; not a medical device.";
/** Slack's limits are 3,000 characters in a section and 2,000 in a field; escaping may lengthen a text fivefold. */
const longestSection = 2900;

/** Slack reads `&`, `<` and `>` as its own; without them no mention (`<!channel>`) or link can be made from a name. */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function escapeHtml(text: string): string {
  return escapeMrkdwn(text).replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** The body of a Slack incoming webhook. */
export function slackMessage({ id, content }: OutgoingNotification) {
  const { title, text, facts, severity } = content;
  const facing = `${marks[severity]} ${title}`;
  const lines = facts.map(({ name, value }) => `${name}: ${value}`);
  return {
    text: escapeMrkdwn(facing),
    blocks: [
      { type: "header", text: { type: "plain_text", text: facing.slice(0, 150), emoji: true } },
      ...[text, lines.join("\n")]
        .filter((part) => part !== "")
        .map((part) => ({
          type: "section",
          text: { type: "mrkdwn", text: cutEscaped(escapeMrkdwn(part), longestSection), verbatim: true },
        })),
      { type: "context", elements: [{ type: "plain_text", text: `${note} ${id}` }] },
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Cuts without leaving half of an entity such as `&amp;` behind. */
function cutEscaped(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/&[a-z]*$/, "")}…`;
}

export interface RenderedEmail {
  subject: string;
  text: string;
  html: string;
}

export function emailMessage({ id, content }: OutgoingNotification): RenderedEmail {
  const { title, text, facts, severity } = content;
  const lines = facts.map(({ name, value }) => `${name}: ${value}`);
  const rows = facts
    .map(
      ({ name, value }) => `<tr><th align="left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
    )
    .join("");
  return {
    subject: `[Pneumoscope] ${title}`,
    text: [title, text, lines.join("\n"), `${note}\n${id}`].filter((part) => part !== "").join("\n\n"),
    html:
      `<!doctype html><html lang="en"><body style="font-family:sans-serif"><h1 style="font-size:1.2em">` +
      `${marks[severity]} ${escapeHtml(title)}</h1>${text ? `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>` : ""}` +
      `${rows ? `<table cellpadding="4">${rows}</table>` : ""}<p><small>${note}<br>${escapeHtml(id)}</small></p></body></html>`,
  };
}

/** The body of the generic webhook: `type`, `timestamp` and `data`, as Standard Webhooks has it. */
export function webhookBody({ id, createdAt, content }: OutgoingNotification): string {
  const { kind, severity, title, text, facts } = content;
  return JSON.stringify({
    type: kind,
    timestamp: createdAt.toISOString(),
    data: {
      id,
      severity,
      title,
      text,
      facts: Object.fromEntries(facts.map(({ name, value }) => [name, value])),
    },
  });
}
