/**
 * What the shipped manifest says in English, in French. A manifest is signed as it is, so its texts are looked up
 * whole; one that is not here is shown in English and marked as such.
 */
export const manifestTexts: Readonly<Record<string, string>> = {
  "Children of one to five years, one hospital (Guangzhou), antero-posterior films. On adult films it is unproven and may be no better than chance.":
    "Enfants d’un à cinq ans, un seul hôpital (Guangzhou), clichés antéro-postérieurs. Sur des clichés d’adultes, rien n’est démontré et le modèle peut ne pas faire mieux que le hasard.",
  "The training labels come from readers of the same images, not from cultures or follow-up.":
    "Les étiquettes d’entraînement viennent de lecteurs des mêmes images, et non de cultures ou d’un suivi.",
  "It knows two answers. Effusion, tuberculosis, masses, lines and every other finding are not among them.":
    "Il connaît deux réponses. L’épanchement, la tuberculose, les masses, les cathéters et tout autre constat n’en font pas partie.",
  "Held-out patients of the same hospital are easier than another hospital's: expect lower figures there, and check on your own images.":
    "Les patients mis de côté dans le même hôpital sont plus faciles que ceux d’un autre : attendez-vous là à des chiffres plus bas, et vérifiez sur vos propres images.",
  "It refuses images that look unlike the radiographs it was trained on. Some that are no chest radiographs may pass, and radiographs of other machines may be refused.":
    "Il refuse les images qui ne ressemblent pas aux radiographies de son entraînement. Certaines qui ne sont pas des radiographies du thorax peuvent passer, et des radiographies d’autres appareils peuvent être refusées.",
  "validation patients": "les patients de validation",
};

/** Texts with figures in them: the pattern of the English one, and the French one with its groups. */
const patterns: readonly (readonly [pattern: RegExp, french: string])[] = [
  [
    /^Fine-tuned from torchvision's ImageNet ResNet18 \(BSD-3-Clause\) on (\d+) chest radiographs of (\d+) children, (\d+) epochs\.$/,
    "Affiné à partir du ResNet18 ImageNet de torchvision (BSD-3-Clause) sur $1 radiographies du thorax de $2 enfants, en $3 passages.",
  ],
  [
    /^Trained on (\d+) images of (\d+) patients of dataset version (\S+), starting from the weights of version (\S+); its manifest describes the data before\. Licence, attribution, source and limits are carried over from there\.$/,
    "Entraîné sur $1 images de $2 patients de la version $3 du jeu de données, à partir des poids de la version $4 ; le manifeste de celle-ci décrit les données d’avant. Licence, attribution, source et limites en sont reprises.",
  ],
];

/** @returns the French text, or undefined where there is none */
export function manifestTextInFrench(text: string): string | undefined {
  const known = manifestTexts[text];
  if (known !== undefined) return known;
  const found = patterns.find(([pattern]) => pattern.test(text));
  return found && text.replace(found[0], found[1]);
}
