/** What the network's last feature map says, cell by cell. */
export interface ActivationMap {
  /** Cells on a side; the map covers the whole image. */
  side: number;
  /** [side × side] in logits: positive speaks for PNEUMONIA, negative for NORMAL. Their mean plus `bias` is the logit. */
  values: Float32Array<ArrayBuffer>;
  bias: number;
}

/** Why an image gets no probability: `value` broke `limit`. */
export interface RefusalReason {
  kind: "colour" | "shape" | "content" | "unlike-training";
  value: number;
  limit: number;
}

/** What the model was not made for, said before the number. `value` is what the file states. */
export interface Caution {
  kind: "modality" | "view" | "body-part" | "age";
  value: string;
}
