import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";
import { inDataDirectory } from "@/lib/node/data-directory";
import { type NotificationSettings, readNotificationSettings } from "./notifications/settings";

/** An empty variable counts as absent: that is how compose files and process managers pass "not set". */
const optional = z
  .string()
  .optional()
  .transform((text) => text?.trim() || undefined);

const serverEnvSchema = z.object({
  TRAINER_URL: optional.pipe(z.url().optional()),
  PUBLIC_URL: optional.pipe(z.url().optional()),
  PORT: optional,
  RETRAIN_CRON: optional.transform((cron) => cron ?? "0 3 * * *"),
  RETRAIN_DATA: optional,
  DATA_MAX_BAD: optional
    .transform((text) => (text === undefined ? undefined : Number(text)))
    .pipe(z.number().min(0).max(1).optional()),
  DATA_REMOTE: optional,
  DATA_UPLOAD_MAX_BYTES: optional
    .transform((text) => (text === undefined ? 32 * 1024 ** 3 : Number(text)))
    .pipe(z.int().min(1)),
  RETRAIN_PRESET: optional.transform((preset) => preset ?? "daily"),
  PROMOTION_POLICY: optional,
  INNGEST_EVENT_KEY: optional,
  INNGEST_DEV: optional,
});

export interface ServerEnv {
  trainerUrl: string | undefined;
  /** Where the trainer reaches this web process for its callback. */
  publicUrl: string;
  /** Five cron fields, or "off". */
  retrainCron: string;
  /** What the daily loop looks at: a folder, a `.dvc` file here or at a URL, or a version. */
  retrainData: string;
  /** Where dataset versions are pushed to and pulled from: a folder, s3://BUCKET/PREFIX or https://… */
  dataRemote: string | undefined;
  /** The largest upload of data that is taken from a browser. */
  maxUploadBytes: number;
  /** The largest share of unusable files that a run tolerates; absent: importFiles' own. */
  maxBadShare: number | undefined;
  retrainPreset: string;
  /** A file with the promotion policy; absent: the one of lib/promotion/policy.ts. */
  promotionPolicyFile: string | undefined;
  notifications: NotificationSettings;
  /** Whether Inngest runs the loop; without it this process does. */
  usesInngest: boolean;
}

/** Reads the web process's environment. @throws CONFIG_INVALID naming the variable */
export function readServerEnv(source: Record<string, string | undefined> = process.env): ServerEnv {
  const parsed = serverEnvSchema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `${issue?.path.join(".")}: ${issue?.message}. Change or unset this environment variable.`,
    );
  }
  const env = parsed.data;
  return {
    trainerUrl: env.TRAINER_URL,
    publicUrl: env.PUBLIC_URL ?? `http://127.0.0.1:${env.PORT ?? "3000"}`,
    retrainCron: env.RETRAIN_CRON,
    retrainData: env.RETRAIN_DATA ?? inDataDirectory("inbox"),
    dataRemote: env.DATA_REMOTE,
    maxUploadBytes: env.DATA_UPLOAD_MAX_BYTES,
    maxBadShare: env.DATA_MAX_BAD,
    retrainPreset: env.RETRAIN_PRESET,
    promotionPolicyFile: env.PROMOTION_POLICY,
    notifications: readNotificationSettings(source),
    usesInngest: Boolean(env.INNGEST_EVENT_KEY) || (Boolean(env.INNGEST_DEV) && env.INNGEST_DEV !== "0"),
  };
}

const defaultTrainerUrl = "http://127.0.0.1:7461";

/** TRAINER_URL, else the trainer that this machine's run folder names, else the default port. */
export async function trainerUrl(env: ServerEnv = readServerEnv()): Promise<string> {
  if (env.trainerUrl) return env.trainerUrl;
  try {
    const text = await readFile(inDataDirectory("run", "trainer.json"), "utf8");
    return z.object({ url: z.url() }).parse(JSON.parse(text)).url;
  } catch {
    return defaultTrainerUrl;
  }
}
