import { expect, it } from "vitest";
import { POST as callProcedure } from "@/app/api/trpc/[trpc]/route";
import { answerAuth } from "./accounts/answer-auth";
import { receiveCallback } from "./jobs/receive-callback";
import { readAtMost } from "./read-at-most";

const mebibyte = 1024 * 1024;

/** A body without an end and without a length, as anyone can send one. */
function endless() {
  const state = { sentBytes: 0, ended: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        state.sentBytes += mebibyte;
        if (state.sentBytes > 200 * mebibyte) controller.close();
        else controller.enqueue(new Uint8Array(mebibyte));
      },
      cancel: () => {
        state.ended = true;
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { "content-type": "application/json", host: "here.example" };
  const init = { method: "POST", body, duplex: "half", headers };
  return { request: new Request("http://here.example/api/x", init as RequestInit), state };
}

it("reads a body to its bound and no further", async () => {
  const text = (body: string) => new Request("http://here.example", { method: "POST", body });
  expect(new TextDecoder().decode((await readAtMost(text("abc"), 3)) ?? undefined)).toBe("abc");
  expect(await readAtMost(text("abcd"), 3)).toBeNull();
  expect(await readAtMost(new Request("http://here.example"), 3)).toHaveLength(0);
});

it.each([
  ["sign-in", 1, (request: Request) => answerAuth(request, ["signout"], { secret: "secret", providers: [] })],
  ["a procedure", 33, (request: Request) => callProcedure(request)],
  ["the trainer's callback", 5, (request: Request) => receiveCallback(request, "secret").catch(() => null)],
] as const)("%s takes no body without an end", async (_, mostMebibytes, call) => {
  const { request, state } = endless();
  await call(request);
  expect(state).toEqual({ sentBytes: mostMebibytes * mebibyte, ended: true });
});
