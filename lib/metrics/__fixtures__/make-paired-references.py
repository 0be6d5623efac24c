"""Reference values for McNemar's exact test, the Brier score and paired sensitivities, made with scipy 1.17.1,
scikit-learn 1.9.1 and numpy 2.4.6:

    python3 lib/metrics/__fixtures__/make-paired-references.py

writes paired-references.json. The tables of (gains, losses) begin with Agresti's: approval of the prime minister,
86 and 150 (Categorical Data Analysis, 2nd edition, table 10.1), and diabetes with myocardial infarction, 37 and 16
(table 10.3). The interval is computed here from a list of patients that has the two added ones in it.
"""

import json
import pathlib

import numpy as np
from scipy.stats import binomtest, norm
from sklearn.metrics import brier_score_loss

random = np.random.default_rng(5)


def mcnemar(gains, losses):
    n = gains + losses
    two_sided = binomtest(gains, n, 0.5).pvalue if n else 1.0
    greater = binomtest(gains, n, 0.5, alternative="greater").pvalue if n else 1.0
    return {"gains": gains, "losses": losses, "p": two_sided, "pGreater": greater}


def paired(patients, most, confidence):
    positives = random.integers(1, most + 1, patients)
    a = random.binomial(positives, 0.93)
    b = random.binomial(positives, 0.9)
    n = np.append(positives, [1, 1])
    d = np.append(a - b, [1, -1])
    centre = d.sum() / n.sum()
    residuals = d - centre * n
    deviation = np.sqrt(len(n) / (len(n) - 1) * (residuals**2).sum()) / n.sum()
    quantile = norm.ppf(confidence)
    return {
        "patients": [
            {"positives": int(p), "calledByA": int(x), "calledByB": int(y)} for p, x, y in zip(positives, a, b)
        ],
        "quantile": quantile,
        "value": float((a - b).sum() / positives.sum()),
        "low": float(centre - quantile * deviation),
        "high": float(centre + quantile * deviation),
    }


labels = random.integers(0, 2, 40)
probabilities = np.round(random.random(40), 3)
pathlib.Path(__file__).with_name("paired-references.json").write_text(
    json.dumps(
        {
            "mcnemar": [
                mcnemar(g, l)
                for g, l in [(86, 150), (37, 16), (0, 0), (1, 0), (5, 5), (3, 12), (12, 3), (0, 20), (400, 330)]
            ],
            "paired": [paired(40, 1, 0.975), paired(60, 4, 0.95), paired(3, 2, 0.95)],
            "brier": {
                "labels": labels.tolist(),
                "probabilities": probabilities.tolist(),
                "value": brier_score_loss(labels, probabilities),
            },
        },
        separators=(",", ":"),
    )
    + "\n"
)
