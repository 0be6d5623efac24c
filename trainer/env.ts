import { z } from "zod";
import { PneumoscopeError } from "@/lib/errors";

/** An empty variable counts as absent: that is how compose files and process managers pass "not set". */
const optionalText = z
  .string()
  .optional()
  .transform((text) => (text?.trim() ? text.trim() : undefined));

/** MiB; absent leaves the choice to the trainer. */
const mebibytes = optionalText
  .transform((text) => (text === undefined ? undefined : Number(text)))
  .pipe(
    z
      .int()
      .min(0)
      .max(2 ** 24)
      .optional(),
  );

const trainerEnvSchema = z.object({
  TRAINER_PORT: z
    .string()
    .optional()
    .transform((text) => (text?.trim() ? Number(text) : 7461))
    .pipe(z.int().min(0).max(65_535)),
  TRAINER_HOST: optionalText.transform((host) => host ?? "127.0.0.1"),
  TRAINER_ENGINE: optionalText,
  TRAINER_SECRET: optionalText.pipe(z.string().min(16).optional()),
  TRAINER_FEATURES_MIB: mebibytes,
});

export interface TrainerEnv {
  /** 0 takes any free port. */
  port: number;
  host: string;
  /** Forces one engine; absent takes the first that works. */
  engineName: string | undefined;
  /** Absent: the one in the data directory's secrets is used. */
  secret: string | undefined;
  /** What may be kept of frozen layers' output; 0 keeps nothing, absent takes what the free disk allows. */
  featuresLimitBytes: number | undefined;
}

/** Reads the trainer's environment, once, at start. @throws CONFIG_INVALID naming the variable */
export function readTrainerEnv(source: Record<string, string | undefined>): TrainerEnv {
  const parsed = trainerEnvSchema.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PneumoscopeError(
      "CONFIG_INVALID",
      `${issue?.path.join(".")}: ${issue?.message}. Change or unset this environment variable.`,
    );
  }
  const { TRAINER_PORT, TRAINER_HOST, TRAINER_ENGINE, TRAINER_SECRET, TRAINER_FEATURES_MIB } = parsed.data;
  return {
    port: TRAINER_PORT,
    host: TRAINER_HOST,
    engineName: TRAINER_ENGINE,
    secret: TRAINER_SECRET,
    featuresLimitBytes: TRAINER_FEATURES_MIB === undefined ? undefined : TRAINER_FEATURES_MIB * 2 ** 20,
  };
}
