import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { answerRoute } from "@/lib/server/answer-route";
import { attachment } from "@/lib/server/attachment";
import { adminArtifacts, openRunArtifact, runArtifactNames } from "@/lib/server/training-runs/artifacts";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

const fileName = z.enum(runArtifactNames);
const runId = z.string().regex(/^[A-Za-z0-9._-]{1,80}$/);

/** A file of a run. For everyone who is signed in, but for what names cases: that is for administrators. */
export const GET = answerRoute<{ id: string; name: string }>(async (request, params) => {
  const name = fileName.safeParse(params.name);
  const id = runId.safeParse(params.id);
  const { user, store, database } = await requireCaller(request, "viewer", "doctor", "admin");
  if (!name.success || !id.success)
    throw new PneumoscopeError("ARTIFACT_NOT_FOUND", "There is no such file.");
  if (adminArtifacts.includes(name.data) && user.role !== "admin")
    throw new PneumoscopeError("NOT_ALLOWED", `${name.data} is for administrators.`);
  const { body, type } = await openRunArtifact({ db: (await database()).db, store }, id.data, name.data);
  return attachment(body, `${id.data}-${name.data}`, type);
});
