import type { Failure } from "@/lib/browser/predict/messages";

const readingTitles: Partial<Record<Failure["code"], string>> = {
  IMAGE_EMPTY: "The file is empty",
  IMAGE_UNSUPPORTED: "Not a JPEG or PNG that can be read",
  IMAGE_TRUNCATED: "The image is cut off",
  IMAGE_CORRUPT: "The image is damaged",
  IMAGE_TOO_LARGE: "The image is too large",
  FILE_NOT_FOUND: "The file is gone",
  NETWORK_FAILED: "The decoder could not be loaded",
};

export function readingFailureTitle(code: Failure["code"]): string {
  return readingTitles[code] ?? "The image could not be read";
}

const modelTitles: Partial<Record<Failure["code"], string>> = {
  WEIGHTS_INVALID: "Model refused",
  WEIGHTS_DIGEST_MISMATCH: "Model refused",
  MANIFEST_INVALID: "Model refused",
  MANIFEST_SIGNATURE_INVALID: "Model refused",
  MANIFEST_KEY_UNKNOWN: "Model refused",
  KNOWN_ANSWER_MISMATCH: "Self-test failed",
  NETWORK_FAILED: "No model available",
};

export function modelFailureTitle(code: Failure["code"]): string {
  return modelTitles[code] ?? "The model could not start";
}
