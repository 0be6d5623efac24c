import { PneumoscopeError } from "@/lib/errors";
import { exportFormats } from "@/lib/node/write-model";
import { callerOfCookie, readSessionCookie } from "@/lib/server/accounts/session-cookie";
import { serverContext } from "@/lib/server/context";
import { errorResponse, problem } from "@/lib/server/http-error";
import { exportModel } from "@/lib/server/model-versions/export-model";

export const dynamic = "force-dynamic";

interface Asked {
  params: Promise<{ version: string; format: string }>;
}

/** A version's weights for other software, for who is signed in: writing them costs memory and time. */
export async function GET(request: Request, { params }: Asked): Promise<Response> {
  try {
    const { version, format: name } = await params;
    const format = exportFormats.find((known) => known === name);
    if (!format) return problem(404, "NOT_FOUND", `There is no format ${name.slice(0, 40)}.`);
    const { store, database } = serverContext();
    const { db } = await database();
    const caller = await callerOfCookie(db, readSessionCookie(request.headers.get("cookie")));
    if (caller.kind === "anonymous") throw new PneumoscopeError("SIGN_IN_REQUIRED", "Sign in first.");
    const { fileName, contentType, body } = await exportModel({ db, store }, { version, format });
    return new Response(body, {
      headers: {
        "content-type": contentType,
        "content-disposition": `attachment; filename="${fileName}"`,
        "cache-control": "private, no-store",
      },
    });
  } catch (error) {
    return errorResponse(error);
  }
}
