import type { SyntaxCase } from "./syntax-cases.fixture";
import { syntaxCases } from "./syntax-cases.fixture";
import { transferSyntaxes } from "./transfer-syntaxes";

const heading = `# Transfer syntaxes

Written by \`npm run syntaxes\` from the list that the tests run over (\`lib/xray/dicom/syntax-cases.fixture.ts\`); a test
fails when this page is older than the list. Each row is one encoder and the images it was given; what is read from its
file is compared pixel by pixel with the uncompressed original. “Exact” means equal; “± n” is the most that the test
lets a value differ by, in units of the stored values. Images are 61 × 47 pixels over the whole range of their bits,
with edges and noise; “signed” has negative values, “frames” three frames.

Encoders: DCMTK 3.6 (Debian's package; its rows are skipped where it is not installed), CharLS, OpenJPEG and OpenJPH
(Cornerstone's builds), dcmjs-codecs (libijg and a run-length coder), and the tests' own writer for uncompressed data.
`;

/** docs/transfer-syntaxes.md */
export function transferSyntaxesDocument(): string {
  const read = transferSyntaxes.filter(({ coding }) => coding !== null);
  const refused = transferSyntaxes.filter(({ coding }) => coding === null);
  return [
    heading,
    "## Read",
    "",
    "| transfer syntax | UID | encoder | images | result |",
    "|---|---|---|---|---|",
    ...read.flatMap(({ uid, name }) =>
      rowsOf(uid).map((row, n) => `| ${n === 0 ? name : ""} | ${n === 0 ? `\`${uid}\`` : ""} | ${row} |`),
    ),
    "",
    "Whatever the syntax: MONOCHROME1 and 2, PALETTE COLOR, RGB by pixel and by plane, YBR_FULL, YBR_FULL_422 (native),",
    "YBR_RCT and YBR_ICT; 8 and 16 bits allocated, native also 1 and 32; several frames with a basic, an extended or no",
    "offset table (`lib/xray/dicom/behaviour.test.ts`). JPEG of 12 bits is read in gray only.",
    "",
    "## Refused by name",
    "",
    "| transfer syntax | UID |",
    "|---|---|",
    ...refused.map(({ uid, name }) => `| ${name} | \`${uid}\` |`),
    "",
    "Any other UID is refused with the UID in the message.",
    "",
  ].join("\n");
}

/** One row an encoder and bound: the images that it was tried with. */
function rowsOf(uid: string): string[] {
  const groups = new Map<string, SyntaxCase[]>();
  for (const syntaxCase of syntaxCases.filter((candidate) => candidate.uid === uid)) {
    const key = `${syntaxCase.encoder} ${syntaxCase.bound}`;
    groups.set(key, [...(groups.get(key) ?? []), syntaxCase]);
  }
  return [...groups.values()].map((cases) => {
    const [{ encoder, bound }] = cases as [SyntaxCase];
    const images = cases.map(({ source }) => source.name).join("; ");
    return `${encoder} | ${images} | ${bound === 0 ? "exact" : `± ${bound}`}`;
  });
}
