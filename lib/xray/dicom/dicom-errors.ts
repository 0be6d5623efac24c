import { PneumoscopeError } from "@/lib/errors";
import type { TransferSyntax } from "./transfer-syntaxes";

export function withoutImage(what: string): PneumoscopeError {
  return new PneumoscopeError(
    "DICOM_WITHOUT_IMAGE",
    `The DICOM file holds no image: ${what}. Choose the file of the radiograph itself.`,
  );
}

export function unsupportedSyntax({ name, uid }: TransferSyntax, why?: string): PneumoscopeError {
  return new PneumoscopeError(
    "DICOM_SYNTAX_UNSUPPORTED",
    `The DICOM file's transfer syntax is not read: ${name} (${uid})${why ? `, ${why}` : ""}. ` +
      "Export it as Explicit VR Little Endian or JPEG Lossless.",
  );
}
