"""Reference values for lib/metrics, made with scikit-learn 1.9.1, scipy 1.17.1 and numpy 2.4.6:

    python3 lib/metrics/__fixtures__/make-references.py

writes references.json. DeLong is computed here straight from the 1988 definition, pair by pair, and ECE, temperature
and bootstrap-free figures by other means than the code under test.
"""

import json
import pathlib

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, norm
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

random = np.random.default_rng(11)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def delong(labels, *models):
    """AUCs and their covariance from structural components, O(mn)."""
    aucs, v10, v01 = [], [], []
    for scores in models:
        x, y = scores[labels == 1], scores[labels == 0]
        kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
        aucs.append(kernel.mean())
        v10.append(kernel.mean(axis=1))
        v01.append(kernel.mean(axis=0))
    m, n = (labels == 1).sum(), (labels == 0).sum()
    return np.array(aucs), np.atleast_2d(np.cov(v10)) / m + np.atleast_2d(np.cov(v01)) / n


def clustered_variance(labels, patients, scores):
    """Obuchowski 1997, straight from its formulas."""
    x, y = scores[labels == 1], scores[labels == 0]
    kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    auc, m, n = kernel.mean(), len(x), len(y)
    of_positives, of_negatives = patients[labels == 1], patients[labels == 0]
    everyone = np.unique(patients)
    v10 = np.array([(kernel.mean(axis=1) - auc)[of_positives == p].sum() for p in everyone])
    v01 = np.array([(kernel.mean(axis=0) - auc)[of_negatives == p].sum() for p in everyone])
    i10, i01, i = len(np.unique(of_positives)), len(np.unique(of_negatives)), len(everyone)
    s10 = i10 / ((i10 - 1) * m) * (v10**2).sum()
    s01 = i01 / ((i01 - 1) * n) * (v01**2).sum()
    s11 = i / (i - 1) * (v10 * v01).sum()
    return s10 / m + s01 / n + 2 * s11 / (m * n)


def reference(n, prevalence, decimals):
    labels = (random.random(n) < prevalence).astype(int)
    quality = random.normal(0, 1, n)
    a = np.round(2.2 * labels - 1 + quality + random.normal(0, 0.8, n), decimals)
    b = np.round(1.4 * labels - 0.7 + quality + random.normal(0, 1.0, n), decimals)
    probability = sigmoid(a)
    called = probability >= 0.6
    patients = np.arange(n) // 3
    aucs, covariance = delong(labels, a, b)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    z = (aucs[0] - aucs[1]) / np.sqrt(variance)
    bins = np.digitize(probability, np.linspace(0, 1, 11)[1:-1])
    ece = sum(
        (bins == i).mean() * abs(labels[bins == i].mean() - probability[bins == i].mean())
        for i in range(10)
        if (bins == i).any()
    )
    steep = a * 4
    fitted = minimize_scalar(
        lambda t: log_loss(labels, sigmoid(steep / np.exp(t))),
        bounds=(np.log(0.05), np.log(20)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    fpr, tpr, thresholds = roc_curve(labels, a, drop_intermediate=False)
    return {
        "labels": labels.tolist(),
        "a": a.tolist(),
        "b": b.tolist(),
        "aucA": roc_auc_score(labels, a),
        "aucB": roc_auc_score(labels, b),
        "varianceA": covariance[0, 0],
        "patients": [str(p) for p in patients],
        "clusteredVarianceA": clustered_variance(labels, patients, a),
        "varianceDifference": variance,
        "z": z,
        "p": 2 * norm.sf(abs(z)),
        "pGreater": norm.sf(z),
        "roc": [fpr.tolist(), tpr.tolist(), thresholds[1:].tolist()],
        "accuracy": accuracy_score(labels, called),
        "sensitivity": recall_score(labels, called),
        "specificity": recall_score(labels, called, pos_label=0),
        "precision": precision_score(labels, called),
        "f1": f1_score(labels, called),
        "brier": brier_score_loss(labels, probability),
        "ece": ece,
        "temperature": float(np.exp(fitted.x)),
    }


def wilson(k, n):
    interval = binomtest(k, n).proportion_ci(0.95, method="wilson")
    return {"successes": k, "n": n, "low": interval.low, "high": interval.high}


pathlib.Path(__file__).with_name("references.json").write_text(
    json.dumps(
        {
            "models": [reference(60, 0.4, 1), reference(200, 0.7, 6), reference(25, 0.5, 0)],
            "wilson": [wilson(k, n) for k, n in [(0, 10), (10, 10), (1, 1), (81, 263), (619, 624)]],
            "normalTail": [[z, norm.sf(z)] for z in [-6.0, -1.0, 0.0, 0.3, 1.6448536, 2.9999, 3.0001, 5.0, 12.0, 37.0]],
        },
        separators=(",", ":"),
    )
    + "\n"
)
