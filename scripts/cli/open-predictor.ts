import { PneumoscopeError } from "@/lib/errors";
import { type ModelManifest, modelRevoked } from "@/lib/manifest";
import { readCurrentModel } from "@/lib/node/current-model";
import { localArtifactStore } from "@/lib/node/folder-artifact-store";
import { useWasmBackend } from "@/lib/node/wasm-backend";
import { checkKnownAnswers } from "@/lib/resnet18/known-answer";
import { createPredictor, type Predictor } from "@/lib/resnet18/predictor";
import { parseSafetensors } from "@/lib/safetensors/safetensors";

export interface CurrentPredictor {
  manifest: ModelManifest;
  predictor: Predictor;
}

/**
 * The current model version on the wasm backend, as the page runs it, after its known-answer test.
 * @throws MODEL_REVOKED, MANIFEST_*, TRUST_LIST_INVALID, WEIGHTS_*, BACKEND_UNAVAILABLE, KNOWN_ANSWER_MISMATCH
 */
export async function openCurrentPredictor(): Promise<CurrentPredictor> {
  const { manifest, weightsBytes, revocation } = await readCurrentModel(localArtifactStore());
  if (revocation) throw modelRevoked(revocation);
  await useWasmBackend();
  const { size, mean, std } = manifest.preprocessing;
  const predictor = createPredictor(parseSafetensors(weightsBytes).weights, {
    views: manifest.views,
    size,
    mean,
    std,
  });
  const { passed, maxDifference } = await checkKnownAnswers(predictor, manifest.knownAnswers);
  if (passed) return { manifest, predictor };
  throw new PneumoscopeError(
    "KNOWN_ANSWER_MISMATCH",
    `Model version ${manifest.version} does not reproduce its known answers on this machine (off by ${maxDifference} logits), so no prediction is made. Reinstall with “npm ci”.`,
  );
}
