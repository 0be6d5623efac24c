import { useSyncExternalStore } from "react";
import { type UploadProgress, uploadKeeper } from "@/lib/browser/data/upload-keeper";

const none: UploadProgress = { state: "none" };

/** This tab's upload. */
export function useUpload(): UploadProgress {
  return useSyncExternalStore(uploadKeeper.subscribe, uploadKeeper.current, () => none);
}
