import { z } from "zod";
import { type DriftSettings, driftSettingsSchema } from "@/lib/in-use/judge-drift";
import { promotionPolicySchema } from "@/lib/promotion/policy";

const days = z.int().min(1).max(3_650);

export const retentionSchema = z.strictObject({
  /** Of training runs; null: for ever. */
  runLogsDays: days.nullable(),
  /** Weights that no version was made of; null: for ever. */
  rejectedWeightsDays: days.nullable(),
  /** What only deleted dataset versions and unfinished imports held; null: for ever. Older records do not say. */
  deletedDataDays: days.nullable().default(30),
  failedSignInsDays: days,
  /** Sessions, links and requests for them that have ended. */
  endedSessionsDays: days,
});
export type Retention = z.infer<typeof retentionSchema>;

const yesOrNo = (text: string) => ({ "1": true, "0": false, true: true, false: false })[text];

interface Definition<T> {
  schema: z.ZodType<T>;
  initial: T;
  /** The variable of the environment that wins, and what its text means; undefined where it is not valid. */
  variable?: string;
  fromText?(text: string): unknown;
}

function define<T>(definition: Definition<T>): Definition<T> {
  return definition;
}

/** What administrators can set, by name. */
export const settingDefinitions = {
  /** Who may read images: everyone who reaches the page, or signed-in doctors. */
  readingAccess: define<"open" | "signed-in">({
    schema: z.enum(["open", "signed-in"]),
    initial: "open",
    variable: "READING_ACCESS",
    fromText: (text) => text,
  }),
  /** Whether administrators may do nothing before they have a second factor. */
  adminSecondFactor: define<boolean>({
    schema: z.boolean(),
    initial: false,
    variable: "ADMIN_SECOND_FACTOR",
    fromText: yesOrNo,
  }),
  retention: define<Retention>({
    schema: retentionSchema,
    initial: {
      runLogsDays: null,
      rejectedWeightsDays: null,
      deletedDataDays: 30,
      failedSignInsDays: 30,
      endedSessionsDays: 90,
    },
  }),
  /** From when on a version's probabilities in use count as drifted. */
  drift: define<DriftSettings>({
    schema: driftSettingsSchema,
    initial: { psi: 0.25, ks: 0.15, days: 14, results: 200 },
  }),
  /** Null: the one of lib/promotion/policy.ts. PROMOTION_POLICY wins; lib/server/promotion-policy.ts reads that. */
  promotionPolicy: define<z.infer<typeof promotionPolicySchema> | null>({
    schema: promotionPolicySchema.nullable(),
    initial: null,
  }),
};

export type SettingName = keyof typeof settingDefinitions;
export type SettingValue<Name extends SettingName> = (typeof settingDefinitions)[Name]["initial"];
