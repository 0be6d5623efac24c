import { createRandom, type Random } from "@/lib/random";
import type { GrayImage } from "@/lib/xray/types";

export interface SyntheticRadiographOptions {
  width: number;
  height: number;
  seed: number;
  /** Adds cloudy opacities to the lungs. */
  pneumonia: boolean;
}

interface Ellipse {
  x: number;
  y: number;
  radiusX: number;
  radiusY: number;
}

interface Opacity extends Ellipse {
  strength: number;
}

/** Everything that varies between two pictures, in shares of the side, so that size changes nothing else. */
interface Chest {
  body: number;
  contrast: number;
  lungs: [Ellipse, Ellipse];
  heart: Ellipse;
  spineX: number;
  ribs: number;
  ribPhase: number;
  opacities: Opacity[];
  noise: number;
}

/**
 * Draws a picture that resembles a frontal chest radiograph: bright body, dark lungs crossed by ribs,
 * spine, heart shadow and, on request, cloudy opacities in the lungs. It is for tests and demonstrations
 * and stands for no patient. The same options give the same picture; brightness, contrast and framing vary
 * with the seed in the same way for both classes, so that only the opacities tell them apart.
 * @returns [height × width], whole levels 0 to 255
 */
export function drawSyntheticRadiograph(options: SyntheticRadiographOptions): GrayImage {
  const { width, height, seed, pneumonia } = options;
  const random = createRandom(seed);
  const chest = drawChest(random);
  // Drawn last and for both classes, so that a seed gives the same chest with and without pneumonia.
  const opacities = drawOpacities(random, chest.lungs);
  if (pneumonia) chest.opacities = opacities;
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const level = levelAt(chest, (column + 0.5) / width, (row + 0.5) / height);
      const noise = chest.noise * (random.next() + random.next() - 1);
      data[row * width + column] = Math.round(Math.min(255, Math.max(0, level + noise)));
    }
  }
  return { width, height, data };
}

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

function drawChest(random: Random): Chest {
  const centre = between(random, 0.47, 0.53);
  const top = between(random, 0.42, 0.5);
  const lung = (side: -1 | 1): Ellipse => ({
    x: centre + side * between(random, 0.2, 0.23),
    y: top + between(random, -0.01, 0.01),
    radiusX: between(random, 0.14, 0.17),
    radiusY: between(random, 0.3, 0.36),
  });
  return {
    body: between(random, 135, 175),
    contrast: between(random, 0.8, 1.15),
    lungs: [lung(-1), lung(1)],
    heart: {
      x: centre + between(random, 0.05, 0.08),
      y: top + between(random, 0.13, 0.18),
      radiusX: between(random, 0.12, 0.16),
      radiusY: between(random, 0.13, 0.18),
    },
    spineX: centre,
    ribs: between(random, 9, 12),
    ribPhase: between(random, 0, 1),
    opacities: [],
    noise: between(random, 4, 9),
  };
}

function drawOpacities(random: Random, lungs: [Ellipse, Ellipse]): Opacity[] {
  return Array.from({ length: 3 + random.int(4) }, () => {
    const lung = lungs[random.int(2)] ?? lungs[0];
    return {
      x: lung.x + lung.radiusX * between(random, -0.5, 0.5),
      y: lung.y + lung.radiusY * between(random, -0.5, 0.7),
      radiusX: between(random, 0.06, 0.13),
      radiusY: between(random, 0.06, 0.15),
      strength: between(random, 45, 85),
    };
  });
}

/** Squared distance from the centre, 1 on the edge. */
function spread(shape: Ellipse, x: number, y: number): number {
  return ((x - shape.x) / shape.radiusX) ** 2 + ((y - shape.y) / shape.radiusY) ** 2;
}

/** 1 inside, 0 outside, with a soft edge. */
function cover(shape: Ellipse, x: number, y: number, softness: number): number {
  return 1 / (1 + Math.exp((spread(shape, x, y) - 1) / softness));
}

function levelAt(chest: Chest, x: number, y: number): number {
  const { body, lungs, heart, spineX, opacities } = chest;
  const trunk = cover({ x: 0.5, y: 0.62, radiusX: 0.49, radiusY: 0.62 }, x, y, 0.05);
  const lung = Math.max(cover(lungs[0], x, y, 0.09), cover(lungs[1], x, y, 0.09));
  const shadow = cover(heart, x, y, 0.12);
  const spine = Math.exp(-(((x - spineX) / 0.035) ** 2));

  const air = lung * (1 - 0.85 * shadow);
  let level = body * trunk + 12 * (1 - trunk);
  level -= 105 * chest.contrast * air;
  level += 38 * shadow + 30 * spine * trunk;
  level += 20 * ribAt(chest, x, y) * trunk * (0.35 + 0.65 * lung);
  let cloud = 0;
  for (const opacity of opacities) cloud += opacity.strength * Math.exp(-1.2 * spread(opacity, x, y));
  return level + Math.min(95, cloud) * air;
}

/** Curved bands that fall away from the spine on both sides. */
function ribAt(chest: Chest, x: number, y: number): number {
  const away = Math.abs(x - chest.spineX);
  const wave = Math.sin(2 * Math.PI * ((y - 0.9 * away + 1.6 * away * away) * chest.ribs + chest.ribPhase));
  return Math.max(0, wave) ** 2;
}
