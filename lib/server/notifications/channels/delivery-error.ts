/** Why a channel did not take a notification. */
export class DeliveryError extends Error {
  override name = "DeliveryError";
  /** Another attempt would end the same. */
  readonly isFinal: boolean;
  /** What the receiver asked us to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { isFinal?: boolean; retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.isFinal = options.isFinal ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
