import { desc, eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { auditEvents, oneTimeLinks, userSessions, users } from "@/drizzle/schema";
import { sessionSecret } from "@/lib/node/secrets";
import { serverContext } from "@/lib/server/context";
import { type TestDeployment, withDeployment } from "@/lib/server/testing/test-deployment";
import { createCaller } from "@/lib/server/trpc/router";
import { answerAuth } from "./answer-auth";
import { authOptions } from "./auth-options";
import type { Caller, SignedInCaller } from "./caller";
import { anonymous } from "./caller";
import { firstAdminLink } from "./first-admin";
import { inviteUser, requestPasswordReset } from "./invite";
import { takeLink } from "./one-time-links";
import { newTotpSecret } from "./second-factor";
import { addSecondFactor } from "./second-factor-settings";
import { callerOfCookie, sessionCookie } from "./session-cookie";
import { callerOfSession, endOtherSessions, endSession, listSessions, openSession } from "./sessions";
import { signIn } from "./sign-in";
import { changeRole, setActive } from "./users";

const password = "correct horse battery";
const visitor = { address: "192.0.2.1", userAgent: "test" };
let deployment: TestDeployment;

withDeployment("file", { patients: [] }, (made) => {
  deployment = made;
});

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error) => error.code,
  );
const enter = (email: string, more: { password?: string; code?: string; address?: string } = {}) =>
  signIn(deployment.db, { email, password, address: "192.0.2.1", ...more });

async function makeUser(email: string, role: "admin" | "doctor" | "viewer"): Promise<SignedInCaller> {
  const { db } = deployment;
  const secret = await inviteUser(db, "test", { email, role });
  const { id } = await takeLink(db, { secret, password, name: email, email: "ignored@example.org" });
  return (await callerOfSession(db, await openSession(db, id, visitor))) as SignedInCaller;
}

describe("the first administrator", () => {
  it("comes in by the latest link, once, and never again", async () => {
    const { db } = deployment;
    const early = (await firstAdminLink(db)) as string;
    const secret = (await firstAdminLink(db)) as string;
    const answer = { password, name: "Ada", email: " Ada@Example.org " };
    expect(await codeOf(takeLink(db, { ...answer, secret: early }))).toBe("LINK_INVALID");
    const both = await Promise.allSettled([
      takeLink(db, { ...answer, secret }),
      takeLink(db, { ...answer, secret }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await firstAdminLink(db)).toBeNull();
    expect(await enter("ada@example.org")).toMatchObject({ email: "ada@example.org", role: "admin" });
    const [row] = await db.select().from(users);
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe("an invitation", () => {
  const take = (secret: string) => takeLink(deployment.db, { secret, password, name: "Eve" });

  it("with the wrong role ends where the same person is invited again", async () => {
    const { db } = deployment;
    const early = await inviteUser(db, "test", { email: "eve@example.org", role: "admin" });
    const other = await inviteUser(db, "test", { email: "other@example.org", role: "viewer" });
    const late = await inviteUser(db, "test", { email: "Eve@example.org", role: "viewer" });
    expect(await codeOf(take(early))).toBe("LINK_INVALID");
    expect(await take(late)).toMatchObject({ email: "eve@example.org", role: "viewer" });
    expect(await codeOf(take(other))).toBe("none");
  });

  it("ends on its day", async () => {
    const { db } = deployment;
    const secret = await inviteUser(db, "test", { email: "late@example.org", role: "viewer" });
    await db
      .update(oneTimeLinks)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(oneTimeLinks.email, "late@example.org"));
    expect(await codeOf(take(secret))).toBe("LINK_INVALID");
  });
});

describe("signing in", () => {
  it("tells nobody which accounts exist", async () => {
    const wrong = await enter("ada@example.org", { password: "wrong password" }).catch((error) => error);
    const unknown = await enter("nobody@example.org").catch((error) => error);
    expect(wrong.code).toBe("SIGN_IN_REFUSED");
    expect([unknown.code, unknown.message]).toEqual([wrong.code, wrong.message]);
  });

  it("stops after ten failures for an account, known or not, whatever the password then is", async () => {
    await makeUser("slow@example.org", "doctor");
    for (const email of ["slow@example.org", "ghost@example.org"]) {
      for (let i = 0; i < 10; i++)
        expect(await codeOf(enter(email, { password: "wrong", address: `198.51.100.${i}` }))).toBe(
          "SIGN_IN_REFUSED",
        );
      expect(await codeOf(enter(email))).toBe("SIGN_IN_TOO_OFTEN");
    }
    expect(await codeOf(enter("ada@example.org"))).toBe("none");
  });

  it("asks for a code where there is a second factor, and takes each code once", async () => {
    const { db } = deployment;
    const { userId } = await makeUser("factor@example.org", "doctor");
    const secret = newTotpSecret();
    const code = (offsetSeconds: number) =>
      new TOTP({ secret }).generate({ timestamp: Date.now() + offsetSeconds * 1000 });
    expect(await codeOf(addSecondFactor(db, userId, secret, "000000"))).toBe("SIGN_IN_REFUSED");
    await addSecondFactor(db, userId, secret, code(0));
    const second = newTotpSecret();
    const ofSecond = new TOTP({ secret: second }).generate();
    expect(await codeOf(addSecondFactor(db, userId, second, ofSecond))).toBe("SETTING_CHANGED");
    expect(await codeOf(enter("factor@example.org"))).toBe("SECOND_FACTOR_REQUIRED");
    expect(await codeOf(enter("factor@example.org", { code: code(0) }))).toBe("SIGN_IN_REFUSED");
    expect(await codeOf(enter("factor@example.org", { code: code(30) }))).toBe("none");
    expect(await codeOf(enter("factor@example.org", { code: code(30) }))).toBe("SIGN_IN_REFUSED");
  });
});

describe("a session", () => {
  it("has the role of this moment and ends at once with the account", async () => {
    const { db } = deployment;
    const { userId, sessionId } = await makeUser("turn@example.org", "viewer");
    await changeRole(db, "test", userId, "doctor");
    expect(await callerOfSession(db, sessionId)).toMatchObject({ role: "doctor" });
    await setActive(db, "test", userId, false);
    expect(await callerOfSession(db, sessionId)).toBeNull();
    expect(await codeOf(enter("turn@example.org"))).toBe("SIGN_IN_REFUSED");
    await setActive(db, "test", userId, true);
    expect(await callerOfSession(db, sessionId)).toBeNull();
    expect(await codeOf(enter("turn@example.org"))).toBe("none");
  });

  it("can be ended by its owner alone, or all others at once", async () => {
    const { db } = deployment;
    const one = await makeUser("one@example.org", "doctor");
    const two = await makeUser("two@example.org", "doctor");
    expect(await endSession(db, two.userId, one.sessionId)).toBe(false);
    expect(await callerOfSession(db, one.sessionId)).not.toBeNull();
    await openSession(db, one.userId, visitor);
    await openSession(db, one.userId, visitor);
    expect(await endOtherSessions(db, one)).toBe(2);
    expect((await listSessions(db, one.userId)).map(({ id }) => id)).toEqual([one.sessionId]);
  });

  it("is nobody's where the cookie is forged, changed or too old", async () => {
    const { db } = deployment;
    const { userId: sub, sessionId } = await makeUser("seal@example.org", "doctor");
    const secret = await sessionSecret();
    const token = { sub, sessionId };
    const good = await encode({ token, secret });
    expect(await callerOfCookie(db, good)).toMatchObject({ email: "seal@example.org" });
    const bad = [
      undefined,
      "a.b.c.d.e",
      `${good.slice(0, -2)}AA`,
      await encode({ token, secret: "another server's" }),
      await encode({ token, secret, maxAge: -60 }),
      await encode({ token: { sub }, secret }),
      await encode({ token: { sub, sessionId: sub }, secret }),
    ];
    for (const cookie of bad) expect(await callerOfCookie(db, cookie), cookie).toEqual(anonymous);
    await db
      .update(userSessions)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(userSessions.id, sessionId));
    expect(await callerOfCookie(db, good)).toEqual(anonymous);
  });

  it("begins and ends by no form of another site, which cannot know the sign-in page's own token", async () => {
    const { db } = deployment;
    const { userId, sessionId } = await makeUser("form@example.org", "doctor");
    const cookie = `${sessionCookie}=${await encode({ token: { sub: userId, sessionId }, secret: await sessionSecret() })}`;
    const send = async (action: string, form: Record<string, string>, cookies = "") => {
      const headers = { host: "here.example", cookie: cookies };
      const init = { method: "POST", headers, body: new URLSearchParams({ ...form, json: "true" }) };
      const request = new Request(`http://here.example/api/auth/${action}`, init);
      return answerAuth(request, action.split("/"), await authOptions(db, { visitor, isHttps: false }));
    };
    const credentials = { email: "form@example.org", password, csrfToken: "guessed" };
    const entered = await send("callback/credentials", credentials);
    expect(entered.headers.getSetCookie().join()).not.toContain(`${sessionCookie}=ey`);
    await send("signout", { csrfToken: "guessed" }, cookie);
    expect(await callerOfSession(db, sessionId)).not.toBeNull();
    expect(await listSessions(db, userId)).toHaveLength(1);
  });

  it("ends everywhere when the password is set anew, and the link works once", async () => {
    const { db } = deployment;
    const { userId, sessionId } = await makeUser("reset@example.org", "doctor");
    const secret = await requestPasswordReset(db, "test", userId);
    const answer = { secret, password: "another good password", name: "x", email: "x@example.org" };
    await takeLink(db, answer);
    expect(await callerOfSession(db, sessionId)).toBeNull();
    expect(await codeOf(takeLink(db, answer))).toBe("LINK_INVALID");
    expect(await codeOf(enter("reset@example.org"))).toBe("SIGN_IN_REFUSED");
    expect(await codeOf(enter("reset@example.org", { password: answer.password }))).toBe("none");
  });
});

describe("administrators", () => {
  it("cannot all step down, not even at the same moment", async () => {
    const { db } = deployment;
    const grace = await makeUser("grace@example.org", "admin");
    const [ada] = (await db.select().from(users)).filter(({ email }) => email === "ada@example.org");
    const outcomes = await Promise.all([
      codeOf(changeRole(db, "test", grace.userId, "viewer")),
      codeOf(setActive(db, "test", ada?.id as string, false)),
    ]);
    expect(outcomes.sort()).toEqual(["LAST_ADMIN", "none"]);
  });

  it("leave a trail without passwords, secrets or the addresses that were tried", async () => {
    const trail = JSON.stringify(await deployment.db.select().from(auditEvents));
    for (const action of ["user.created", "user.invited", "user.role_changed", "user.sign_in_refused"])
      expect(trail).toContain(action);
    expect(trail).not.toContain(password);
    expect(trail).not.toContain("ghost@example.org");
  });
});

describe("links for others", () => {
  const take = (secret: string) => codeOf(takeLink(deployment.db, { secret, password, name: "New" }));
  const invite = (actor: string, email: string) => inviteUser(deployment.db, actor, { email, role: "admin" });
  const lastDetails = async (action: "user.deactivated" | "user.role_changed") => {
    const [last] = await deployment.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, action))
      .orderBy(desc(auditEvents.id))
      .limit(1);
    return last?.details;
  };

  it("end with the role or the account of who made them, and nobody else's do", async () => {
    const { db } = deployment;
    const fired = await makeUser("fired@example.org", "admin");
    const stays = await makeUser("stays@example.org", "admin");
    const friend = await makeUser("friend@example.org", "viewer");
    await invite(fired.userId, "gone@example.org");
    await db
      .update(oneTimeLinks)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(oneTimeLinks.email, "gone@example.org"));
    const backDoor = await invite(fired.userId, "back-door@example.org");
    const reset = await requestPasswordReset(db, fired.userId, friend.userId);
    const other = await invite(stays.userId, "welcome@example.org");
    await setActive(db, stays.userId, fired.userId, false);
    expect(await lastDetails("user.deactivated")).toMatchObject({ linksEnded: 2 });
    await setActive(db, stays.userId, fired.userId, true);
    for (const secret of [backDoor, reset]) expect(await take(secret)).toBe("LINK_INVALID");

    const later = await invite(fired.userId, "back-door@example.org");
    await changeRole(db, stays.userId, fired.userId, "doctor");
    expect(await lastDetails("user.role_changed")).toMatchObject({ to: "doctor", linksEnded: 1 });
    expect(await take(later)).toBe("LINK_INVALID");
    expect(await take(other)).toBe("none");
  });

  it("cannot be made by who is just losing the role", async () => {
    const { db } = deployment;
    const leaving = await makeUser("leaving@example.org", "admin");
    const [link, losing] = await Promise.all([
      invite(leaving.userId, "last-minute@example.org").catch((error) => error),
      codeOf(changeRole(db, "test", leaving.userId, "viewer")),
    ]);
    expect(losing).toBe("none");
    if (typeof link === "string") expect(await take(link)).toBe("LINK_INVALID");
    else expect(link.code).toBe("NOT_ALLOWED");
    for (const attempt of [
      () => invite(leaving.userId, "too-late@example.org"),
      () => requestPasswordReset(db, leaving.userId, leaving.userId),
    ])
      expect(await codeOf(attempt())).toBe("NOT_ALLOWED");
  });
});

describe("the API", () => {
  it("gives each caller the own sessions only, and accounts to administrators", async () => {
    const doctor = await makeUser("api@example.org", "doctor");
    const apiOf = (caller: Caller) => createCaller({ ...serverContext(), caller: async () => caller });
    expect(await apiOf(anonymous).accounts.me()).toBeNull();
    expect(await codeOf(apiOf(anonymous).accounts.sessions())).toBe("UNAUTHORIZED");
    expect(await codeOf(apiOf(doctor).accounts.list())).toBe("FORBIDDEN");
    expect(await apiOf(doctor).accounts.sessions()).toMatchObject([{ isThis: true }]);
    const admin = await makeUser("boss@example.org", "admin");
    const listed = await apiOf(admin).accounts.list();
    expect(JSON.stringify(listed)).not.toMatch(/argon2|totpSecret/);
    expect(listed.some(({ email }) => email === "api@example.org")).toBe(true);
    await expect(
      apiOf(admin).accounts.changeRole({ userId: doctor.userId, role: "admin", passwordHash: "x" } as never),
    ).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
