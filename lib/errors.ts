/** Every failure that a person can act on has one of these codes. */
export type ErrorCode =
  | "IMAGE_EMPTY"
  | "IMAGE_UNSUPPORTED"
  | "IMAGE_TRUNCATED"
  | "IMAGE_CORRUPT"
  | "IMAGE_TOO_LARGE"
  | "IMAGE_FRAME_NOT_FOUND"
  | "DICOM_WITHOUT_IMAGE"
  | "DICOM_SYNTAX_UNSUPPORTED"
  | "FILE_NOT_FOUND"
  | "FILE_TOO_LARGE"
  | "FILE_UNREADABLE"
  | "ARCHIVE_DAMAGED"
  | "ARCHIVE_EMPTY"
  | "ARCHIVE_ENCRYPTED"
  | "ARCHIVE_NESTED"
  | "ARCHIVE_TOO_LARGE"
  | "ARCHIVE_UNSUPPORTED"
  | "DATASET_NOT_FOUND"
  | "DATASET_INVALID"
  | "DATASET_TOO_MANY_BAD_FILES"
  | "DATASET_CHECK_FAILED"
  | "DATASET_NOT_CHECKED"
  | "DATASET_CURRENT_CHANGED"
  | "DATASET_IN_USE"
  | "DATASET_JOB_NOT_FOUND"
  | "DATASET_LEAKS"
  | "EVALUATION_SET_NOT_FOUND"
  | "EVALUATION_SET_TAKEN"
  | "DATASET_VERSION_NOT_FOUND"
  | "DATA_POINTER_INVALID"
  | "DATA_LISTING_INVALID"
  | "DATA_OBJECT_MISSING"
  | "DATA_OBJECT_CORRUPT"
  | "DATA_REMOTE_FAILED"
  | "DATA_REMOTE_READ_ONLY"
  | "UPLOAD_NOT_FOUND"
  | "UPLOAD_REFUSED"
  | "UPLOAD_CHUNK_DAMAGED"
  | "UPLOAD_FILE_CHANGED"
  | "UPLOAD_INCOMPLETE"
  | "WEIGHTS_INVALID"
  | "WEIGHTS_DIGEST_MISMATCH"
  | "MANIFEST_INVALID"
  | "MANIFEST_SIGNATURE_INVALID"
  | "MANIFEST_KEY_UNKNOWN"
  | "MANIFEST_KEY_RETIRED"
  | "TRUST_LIST_INVALID"
  | "MODEL_REVOKED"
  | "SIGNING_KEY_NOT_ACTIVE"
  | "ARTIFACT_NOT_FOUND"
  | "ARTIFACT_CORRUPT"
  | "ENGINE_UNAVAILABLE"
  | "BACKEND_UNAVAILABLE"
  | "KNOWN_ANSWER_MISMATCH"
  | "TRAINING_DIVERGED"
  | "TRAINING_CANCELLED"
  | "TRAINER_UNREACHABLE"
  | "TRAINER_JOB_FAILED"
  | "TRAINER_JOB_NOT_FOUND"
  | "REQUEST_SIGNATURE_INVALID"
  | "DATABASE_UNAVAILABLE"
  | "PORT_TAKEN"
  | "DISK_FULL"
  | "RUN_IN_PROGRESS"
  | "CHAMPION_CHANGED"
  | "MODEL_VERSION_NOT_FOUND"
  | "RUN_NOT_FOUND"
  | "RUN_NOT_REPRODUCIBLE"
  | "RUN_NOT_CANCELLABLE"
  | "RUN_REFERENCED"
  | "NOTES_CHANGED"
  | "JOB_ENGINE_UNREACHABLE"
  | "SCHEDULE_INVALID"
  | "VIEW_NOT_FOUND"
  | "VIEW_REFUSED"
  | "REVIEW_NOT_FOUND"
  | "REVIEW_REFUSED"
  | "SIGN_IN_REFUSED"
  | "SIGN_IN_TOO_OFTEN"
  | "SECOND_FACTOR_REQUIRED"
  | "SIGN_IN_REQUIRED"
  | "NOT_ALLOWED"
  | "LINK_INVALID"
  | "PASSWORD_TOO_WEAK"
  | "EMAIL_TAKEN"
  | "USER_NOT_FOUND"
  | "LAST_ADMIN"
  | "TOKEN_INVALID"
  | "TOKEN_SCOPE_MISSING"
  | "TOO_MANY_REQUESTS"
  | "SECOND_FACTOR_SETUP_REQUIRED"
  | "SETTING_FIXED"
  | "SETTING_CHANGED"
  | "CONFIG_INVALID"
  | "ALIAS_MOVED"
  | "FEEDBACK_TOO_OFTEN"
  | "NETWORK_FAILED";

/**
 * The one error class of the product.
 * `message` names the file or thing, the rule it broke and the way out; it is written for whoever reads a log.
 * `userMessage`, when given, is the same for the doctor; otherwise `message` serves both.
 */
export class PneumoscopeError extends Error {
  readonly code: ErrorCode;
  readonly userMessage: string;

  constructor(code: ErrorCode, message: string, options: { userMessage?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "PneumoscopeError";
    this.code = code;
    this.userMessage = options.userMessage ?? message;
  }
}

/** A readable sentence for anything that was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same for what lies at the bottom of an error: a query's own message repeats the whole query. */
export function describeCause(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return describeError(current);
}
