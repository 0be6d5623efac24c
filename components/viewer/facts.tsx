import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Disclosure } from "@/components/ui/disclosure";
import { type FactRow, FactRows } from "@/components/ui/fact-rows";
import type { Format } from "@/components/ui/format";
import { keyCapOf } from "@/components/ui/key-registry";
import { useKeys } from "@/components/ui/use-keys";
import type { DicomFacts, Radiograph } from "@/lib/xray/radiograph";
import { useViewing, viewing } from "./viewing";

/** What the file says of itself, the patient's name among it: it is shown here and nowhere else. */
export function Facts({ radiograph }: { radiograph: Radiograph }) {
  const t = useTranslations("viewer.facts");
  const { dicom } = radiograph;
  const rows = useFactRows(radiograph);
  return (
    <Disclosure title={t("title")} open={dicom !== null}>
      {dicom && <Identity identity={dicom.identity} />}
      <FactRows rows={rows} />
    </Disclosure>
  );
}

function Identity({ identity }: { identity: DicomFacts["identity"] }) {
  const t = useTranslations("viewer.facts");
  const format = useFormat();
  const shown = useViewing((state) => state.identityShown);
  const toggle = () => viewing.change({ identityShown: !viewing.get().identityShown });
  useKeys({ identity: toggle });
  const { patientName, patientId, birthDate } = identity;
  if (patientName === null && patientId === null && birthDate === null) return null;
  const key = keyCapOf("identity");
  const label = shown ? t("hide", { key }) : t("show", { key });
  const Icon = shown ? EyeOff : Eye;
  const value = (text: string | null) => (text === null ? null : shown ? text : t("hidden"));
  return (
    <section
      aria-label={t("identity")}
      data-identity={shown ? "shown" : "hidden"}
      className="mb-2 rounded-control border border-line px-2.5 py-1.5"
    >
      <div className="flex items-center justify-between gap-2 text-small">
        <h3 className="font-semibold">{t("identity")}</h3>
        <span className="flex items-center gap-1 text-ink-2">
          {t("stays")}
          <button
            type="button"
            aria-label={label}
            title={label}
            onClick={toggle}
            className="inline-flex size-7 items-center justify-center rounded-control hover:bg-float hover:text-ink pointer-coarse:size-11"
          >
            <Icon size={15} aria-hidden="true" />
          </button>
        </span>
      </div>
      <FactRows
        rows={[
          [t("name"), value(patientName && readableName(patientName))],
          [t("id"), value(patientId)],
          [t("birthDate"), value(birthDate && dateOf(birthDate, format))],
        ]}
      />
    </section>
  );
}

/** "Family^Given^Middle^Prefix^Suffix" (PS3.5 6.2.1) → "Family, Prefix Given Middle Suffix"; other writings follow "=". */
function readableName(name: string): string {
  return name
    .split("=")
    .map((writing) => {
      const [family = "", given = "", middle = "", prefix = "", suffix = ""] = writing.split("^");
      const rest = [prefix, given, middle, suffix].filter((part) => part.trim() !== "").join(" ");
      return [family, rest].filter((part) => part.trim() !== "").join(", ");
    })
    .filter((writing) => writing !== "")
    .join(" · ");
}

/** "20220301" → "1 Mar 2022"; what is no such date stays as it is. */
function dateOf(date: string, format: Format): string {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(date) ?? [];
  const instant = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(instant.getTime()) ? date : format.date(instant);
}

function useFactRows(radiograph: Radiograph): FactRow[] {
  const t = useTranslations("viewer.facts");
  const format = useFormat();
  const { dicom, width, height, minimum, maximum, pixelAspect, frameCount, values } = radiograph;
  const digits = Number.isInteger(minimum) && Number.isInteger(maximum) ? 0 : 2;
  const range = t("rangeText", {
    minimum: format.number(minimum, digits),
    maximum: format.number(maximum, digits),
  });
  const common: FactRow[] = [
    [t("size"), t("pixels", { width, height })],
    [
      t("bits"),
      dicom
        ? t("bitsStored", {
            bits: dicom.bitsStored,
            signed: dicom.signed ? "yes" : "no",
            photometric: dicom.photometric,
          })
        : t("bitsPlain", { bits: 8 * values.BYTES_PER_ELEMENT }),
    ],
    [t("range"), range],
    [t("aspect"), pixelAspect === 1 ? null : format.number(pixelAspect, 3)],
    [t("frames"), frameCount === 1 ? null : format.number(frameCount)],
  ];
  if (!dicom) return [[t("format"), radiograph.format], ...common];
  return [
    [t("modality"), dicom.modality],
    [t("view"), dicom.view],
    [t("bodyPart"), dicom.bodyPart],
    [t("age"), dicom.ageYears === null ? null : t("years", { age: dicom.ageYears })],
    [t("sex"), dicom.sex],
    ...common,
    [t("syntax"), dicom.transferSyntax.name, dicom.transferSyntax.uid],
    [t("lossy"), dicom.lossy ? t("yes") : null],
  ];
}
