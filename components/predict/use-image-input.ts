import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { droppedFiles, sourceFilesOf } from "@/lib/browser/dropped-files";
import type { PredictSession } from "@/lib/browser/predict/session";

export interface ImageInput {
  /** A file is held over the window. */
  dragging: boolean;
  fileInput: RefObject<HTMLInputElement | null>;
  choose(): void;
  chooseFolder(): void;
}

/** Files dropped anywhere in the window, pasted, or chosen. */
export function useImageInput(session: PredictSession): ImageInput {
  const [dragging, setDragging] = useState(false);
  const fileInput = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let depth = 0;
    const onEnter = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      depth++;
      setDragging(true);
    };
    const onLeave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setDragging(false);
    };
    // Without this the browser would leave the page and open the file.
    const onOver = (event: DragEvent) => event.preventDefault();
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      depth = 0;
      setDragging(false);
      const { dataTransfer } = event;
      if (dataTransfer) void droppedFiles(dataTransfer).then((files) => session.add(files, "file"));
    };
    const onPaste = (event: ClipboardEvent) =>
      session.add(sourceFilesOf(event.clipboardData?.files), "clipboard");

    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("dragover", onOver);
    window.addEventListener("drop", onDrop);
    window.addEventListener("paste", onPaste);
    return () => {
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("drop", onDrop);
      window.removeEventListener("paste", onPaste);
    };
  }, [session]);

  const choose = useCallback(() => openPicker(fileInput.current, false), []);
  const chooseFolder = useCallback(() => openPicker(fileInput.current, true), []);
  return { dragging, fileInput, choose, chooseFolder };
}

function openPicker(input: HTMLInputElement | null, folder: boolean): void {
  if (!input) return;
  input.webkitdirectory = folder;
  input.click();
}
