import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod";

/** What the page said of an image. */
export const verdicts = ["NORMAL", "PNEUMONIA", "UNCERTAIN"] as const;
export type Verdict = (typeof verdicts)[number];

/** What the image shows according to a doctor; OTHER is a finding that is neither. */
export const correctedLabels = ["NORMAL", "PNEUMONIA", "OTHER"] as const;
export type CorrectedLabel = (typeof correctedLabels)[number];

export const opinions = ["agree", "disagree", "corrected"] as const;
export type Opinion = (typeof opinions)[number];

const hourMs = 60 * 60_000;

/** The beginning of an instant's hour, as an ISO instant in UTC. */
export function hourOf(instant: Date): string {
  return new Date(Math.floor(instant.getTime() / hourMs) * hourMs).toISOString();
}

const id = z.string().regex(/^[0-9a-f]{32}$/);
/** Counts the changes of one feedback: the highest that has arrived stands. */
const revision = z.int().min(1).max(1_000_000);
const serial = z.int().min(1).max(2_147_483_647);
const given = {
  id,
  revision,
  serial,
  /** In hundredths: a finer one would tell which image it is to whoever has the image. */
  probability: z
    .number()
    .min(0)
    .max(1)
    .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-9, "not in hundredths"),
  verdict: z.enum(verdicts),
  hour: z.iso
    .datetime({ abort: true })
    .refine((text) => hourOf(new Date(text)) === text, "not a whole hour in UTC"),
};

/** All that leaves the browser for one feedback. Strict: an image, a name or an exact time is refused. */
export const feedbackItemSchema = z.discriminatedUnion("opinion", [
  z.strictObject({ ...given, opinion: z.literal("agree") }),
  z.strictObject({ ...given, opinion: z.literal("disagree") }),
  z.strictObject({ ...given, opinion: z.literal("corrected"), correctedLabel: z.enum(correctedLabels) }),
  z.strictObject({ id, revision, opinion: z.literal("withdrawn") }),
]);
export type FeedbackItem = z.infer<typeof feedbackItemSchema>;

/** How many items go in one request. */
export const feedbackBatch = 100;

/** What is known of the reading that a doctor judges. */
export interface JudgedReading {
  /** "sha256:<hex>" of the image file; it only goes into the salted id. */
  imageDigest: string;
  frame: number;
  manifestDigest: string;
  serial: number;
  probability: number;
  verdict: Verdict;
}

export type Judgement =
  | { opinion: "agree" | "disagree" }
  | { opinion: "corrected"; correctedLabel: CorrectedLabel };

/**
 * Names a reading: 128 bits in hex of HMAC-SHA256(salt, image, frame, model). The same image read again in this
 * browser has the same id, so that it counts once; without the salt, which never leaves the browser, nobody can tell
 * from an id which image it was.
 * @param salt 32 random bytes of this browser and account
 */
export function feedbackIdOf(
  { imageDigest, frame, manifestDigest }: JudgedReading,
  salt: Uint8Array,
): string {
  const named = utf8ToBytes(JSON.stringify([imageDigest, frame, manifestDigest]));
  return bytesToHex(hmac(sha256, salt, named)).slice(0, 32);
}

/** What is sent of a judgement made at `now`. */
export function feedbackItemOf(
  reading: JudgedReading,
  judgement: Judgement,
  { id: readingId, revision: change, now }: { id: string; revision: number; now: Date },
): FeedbackItem {
  return {
    id: readingId,
    revision: change,
    serial: reading.serial,
    probability: Math.round(reading.probability * 100) / 100,
    verdict: reading.verdict,
    hour: hourOf(now),
    ...judgement,
  };
}
