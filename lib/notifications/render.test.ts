import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutgoingNotification } from "./notification";
import { emailMessage, escapeHtml, escapeMrkdwn, slackMessage, webhookBody } from "./render";

function outgoing(text: string): OutgoingNotification {
  return {
    id: "ntf_1",
    createdAt: new Date("2026-11-21T03:00:00Z"),
    content: {
      kind: "rejected",
      severity: "info",
      title: text.slice(0, 200) || "t",
      text,
      facts: [{ name: "run", value: text }],
      fingerprint: "",
    },
  };
}

const hostile = '<!channel> <https://evil|here> & "x" <script>alert(1)</script>';

describe("what the channels get", () => {
  it("has no mention, link or tag made from a name", () => {
    const slack = JSON.stringify(slackMessage(outgoing(hostile)).blocks.slice(1));
    expect(slack).not.toMatch(/<[!h]/);
    expect(slack).toContain("&lt;!channel&gt;");
    expect(emailMessage(outgoing(hostile)).html).not.toMatch(/<script|<!channel|"x"/);
    expect(emailMessage(outgoing(hostile)).text).toContain(hostile);
    expect(JSON.parse(webhookBody(outgoing(hostile))).data.text).toBe(hostile);
  });

  it("keeps to Slack's limits, also where escaping makes a text longer, and cuts no entity in two", () => {
    for (const block of slackMessage(outgoing("a&".repeat(1500))).blocks) {
      const text = "text" in block ? (block.text as { text: string }).text : "";
      expect(text.length).toBeLessThanOrEqual(block.type === "header" ? 150 : 3000);
      if (block.type === "section") expect(text.replaceAll("&amp;", "")).not.toContain("&");
    }
  });

  it("escapes any text so that nothing special is left, and it can be read back", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        const back = (html: string) =>
          html
            .replaceAll("&lt;", "<")
            .replaceAll("&gt;", ">")
            .replaceAll("&quot;", '"')
            .replaceAll("&#39;", "'")
            .replaceAll("&amp;", "&");
        expect(back(escaped)).toBe(text);
        expect(back(escapeMrkdwn(text))).toBe(text);
      }),
    );
  });
});
