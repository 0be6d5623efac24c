"""Curves and calibration for lib/metrics, made with scikit-learn 1.9.1 and numpy 2.4.6:

    pip install scikit-learn==1.9.1 && python3 lib/metrics/__fixtures__/make-curve-references.py

writes curve-references.json. The decomposition of the Brier score is computed from Murphy's definition.
"""

import json
import pathlib

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, precision_recall_curve

random = np.random.default_rng(21)


def reference(n, prevalence, decimals):
    labels = (random.random(n) < prevalence).astype(int)
    logits = 2.2 * labels - 1 + random.normal(0, 1.2, n)
    probability = np.round(1 / (1 + np.exp(-logits)), decimals)
    precision, recall, thresholds = precision_recall_curve(labels, probability, drop_intermediate=False)
    # scikit-learn's bins take their upper edge; ours their lower one, so no probability may lie on an edge.
    inner = np.linspace(0, 1, 11)[1:-1]
    apart = np.where(np.isclose(probability[:, None], inner).any(axis=1), probability + 1e-4, probability)
    observed, predicted = calibration_curve(labels, apart, n_bins=10)
    bins = np.digitize(apart, inner)
    share = labels.mean()
    present = [bins == k for k in range(10) if (bins == k).any()]
    return {
        "labels": labels.tolist(),
        "probabilities": probability.tolist(),
        "averagePrecision": average_precision_score(labels, probability),
        # scikit-learn's thresholds rise and its last point has none.
        "curve": [precision[:-1][::-1].tolist(), recall[:-1][::-1].tolist(), thresholds[::-1].tolist()],
        "binned": apart.tolist(),
        "observed": observed.tolist(),
        "predicted": predicted.tolist(),
        "brier": brier_score_loss(labels, apart),
        "reliability": sum(m.mean() * (apart[m].mean() - labels[m].mean()) ** 2 for m in present),
        "resolution": sum(m.mean() * (labels[m].mean() - share) ** 2 for m in present),
        "uncertainty": share * (1 - share),
    }


pathlib.Path(__file__).with_name("curve-references.json").write_text(
    json.dumps([reference(80, 0.4, 2), reference(200, 0.73, 6), reference(30, 0.5, 1)], separators=(",", ":")) + "\n"
)
