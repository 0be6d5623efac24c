import { writeFileSync } from "node:fs";
import { transferSyntaxesDocument } from "@/lib/xray/dicom/syntax-table.fixture";

/** Writes docs/transfer-syntaxes.md from the list that the tests run over. */
writeFileSync(new URL("../docs/transfer-syntaxes.md", import.meta.url), transferSyntaxesDocument());
