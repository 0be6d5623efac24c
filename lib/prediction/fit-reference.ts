import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Reference } from "./refusal";

/** Components of the reference; more make it no better at telling foreign images (docs/refusal.md). */
const componentCount = 8;

/** Radiographs, augmented, that a limit accepts. */
export const acceptedShare = 0.995;

/**
 * @param descriptors [n × channels], n ≥ 2
 * @throws RangeError for fewer than two, or values that are not finite
 */
export function fitReference(descriptors: Float32Array, channels: number): Reference {
  const n = descriptors.length / channels;
  if (n < 2 || !descriptors.every(Number.isFinite)) {
    throw new RangeError(`a reference needs two or more finite descriptors, not ${n}`);
  }
  const matrix = Matrix.from1DArray(n, channels, descriptors);
  const mean = matrix.mean("column");
  const scale = matrix.standardDeviation("column", { mean }).map((value) => value + 1e-6);
  const scaled = matrix.subRowVector(mean).divRowVector(scale);
  const covariance = scaled
    .transpose()
    .mmul(scaled)
    .div(n - 1);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, index) => index)
    .sort((a, b) => at(realEigenvalues, b) - at(realEigenvalues, a));
  const kept = order.slice(0, Math.min(componentCount, n - 1, channels - 1));
  const rest = order
    .slice(kept.length)
    .reduce((sum, index) => sum + Math.max(0, at(realEigenvalues, index)), 0);
  return {
    mean: mean.map(brief),
    scale: scale.map(brief),
    components: kept.map((index) => eigenvectorMatrix.getColumn(index).map(brief)),
    variances: kept.map((index) => brief(Math.max(1e-6, at(realEigenvalues, index)))),
    restVariance: brief(Math.max(1e-6, rest / (channels - kept.length))),
  };
}

/** The smallest distance at or below which `share` of the distances lie. @throws RangeError for none */
export function limitFor(distances: Float64Array, share: number = acceptedShare): number {
  if (distances.length === 0) throw new RangeError("a limit needs distances");
  const sorted = distances.slice().sort();
  return brief(at(sorted, Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)));
}
const at = (values: ArrayLike<number>, index: number) => values[index] as number;

/** Six digits keep a manifest readable and move no distance by a thousandth. */
const brief = (value: number) => Number(value.toPrecision(6));
