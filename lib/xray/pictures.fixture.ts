import jpegsAndPngs from "./__fixtures__/pillow-decode.json";
import pictures from "./__fixtures__/pillow-pictures.json";

/** One valid file of every kind of JPEG, PNG, WebP, BMP and TIFF that the tests read. */
export function makeValidPictures(): { from: string; bytes: Uint8Array }[] {
  return [...jpegsAndPngs.cases, ...pictures.cases].map(({ name, file }) => ({
    from: name,
    bytes: Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0)),
  }));
}
