import * as z from "zod";
import { digestSchema } from "./schema";

const keyIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

const signatureSchema = z.strictObject({
  keyId: keyIdSchema,
  algorithm: z.literal("Ed25519"),
  value: z.base64(),
});

const listedKeySchema = z.strictObject({
  keyId: keyIdSchema,
  publicKey: z.base64().describe("32 bytes"),
  state: z
    .enum(["active", "retired", "distrusted"])
    .describe(
      "active: signs now; retired: signed earlier serials; distrusted: nothing it signed is accepted",
    ),
  since: z.iso.datetime().describe("when it came into this state"),
  lastSerial: z.int().min(0).optional().describe("of a retired key: the highest manifest serial it signed"),
  endorsement: z
    .strictObject({ keyId: keyIdSchema, value: z.base64() })
    .optional()
    .describe("the signature of the key before it, over this key"),
});
export type ListedKey = z.infer<typeof listedKeySchema>;

const revocationSchema = z.strictObject({
  version: z.string().min(1).max(80),
  serial: z.int().min(1),
  manifestDigest: digestSchema.describe("of the manifest's canonical bytes"),
  weightsDigest: digestSchema,
  reason: z.string().min(1).max(500),
  revokedAt: z.iso.datetime(),
});
/** Why one version may not be used any more. Final: no later list takes it back. */
export type Revocation = z.infer<typeof revocationSchema>;

/** What a deployment has withdrawn, and by which keys it speaks. Served with the current manifest. */
export const trustListSchema = z.strictObject({
  schema: z.literal("pneumoscope.trust/1"),
  serial: z.int().min(1).describe("grows by one with every list; a lower one is never heard again"),
  issuedAt: z.iso.datetime(),
  keys: z.array(listedKeySchema).min(1).max(200),
  revocations: z.array(revocationSchema).max(5_000),
});
export type TrustList = z.infer<typeof trustListSchema>;

export const signedTrustListSchema = z.strictObject({ trust: trustListSchema, signature: signatureSchema });
export type SignedTrustList = z.infer<typeof signedTrustListSchema>;
