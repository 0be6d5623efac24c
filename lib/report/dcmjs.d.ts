declare module "dcmjs" {
  /** The part of dcmjs that reports are written with. */
  export const data: {
    DicomMetaDictionary: {
      nameMap: Record<string, { tag: string; vr: string } | undefined>;
      denaturalizeDataset(dataset: object): Record<string, unknown>;
    };
    DicomDict: new (
      meta: Record<string, unknown>,
    ) => { dict: Record<string, unknown>; write(options?: object): ArrayBuffer };
  };
  export const log: { setLevel(level: string): void };
}
