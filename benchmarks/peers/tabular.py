"""The figures of docs/tabular.md by scikit-learn: python3 benchmarks/peers/tabular.py [SEEDS [TABLE...]]. Prints one line for each table and model:
mean accuracy (or R2) over the seeds, half of its 95 % interval, mean seconds of one fit.

The rows of a seed's test set are those of the program beside it, benchmarks/tabular.cs: the fifth of the rows with the lowest SplitMix64
of (seed, row).
"""
import os
import sys
import time
import warnings

import numpy as np
import sklearn
from scipy import stats
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
MASK = (1 << 64) - 1


def key(seed, row):
    z = ((seed << 32) + row + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def split(seed, count):
    order = sorted(range(count), key=lambda row: key(seed, row))
    test = sorted(order[: count // 5])
    return sorted(order[count // 5:]), test


def load(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "fixtures", "tabular", name + ".csv")
    rows = [line.rstrip("\n").split(",") for line in open(path)][1:]
    x = np.array([[float(v) for v in row[:-1]] for row in rows])
    y = np.array([row[-1] for row in rows])
    return x, y.astype(float) if name == "diabetes" else y


def scaled(model):
    return make_pipeline(StandardScaler(), model)


classifiers = {
    "MLPClassifier": lambda s: scaled(MLPClassifier(random_state=s)),
    "MLPClassifier 64-32": lambda s: scaled(MLPClassifier((64, 32), random_state=s)),
    "HistGradientBoosting": lambda s: HistGradientBoostingClassifier(random_state=s),
}
regressors = {
    "MLPRegressor": lambda s: scaled(MLPRegressor(random_state=s)),
    "MLPRegressor, scaled target": lambda s: TransformedTargetRegressor(scaled(MLPRegressor(random_state=s)), transformer=StandardScaler()),
    "HistGradientBoosting": lambda s: HistGradientBoostingRegressor(random_state=s),
}

seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
print(f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, {seeds} seeds")
for name in sys.argv[2:] or ["iris", "wine", "breast_cancer", "digits", "diabetes"]:
    x, y = load(name)
    for model_name, make in (regressors if name == "diabetes" else classifiers).items():
        scores, seconds = [], []
        for seed in range(1, seeds + 1):
            train, test = split(seed, len(y))
            model = make(seed)
            start = time.perf_counter()
            model.fit(x[train], y[train])
            seconds.append(time.perf_counter() - start)
            scores.append(model.score(x[test], y[test]))
        half = stats.t.ppf(0.975, seeds - 1) * np.std(scores, ddof=1) / np.sqrt(seeds)
        print(f"{name:14} {model_name:28} {np.mean(scores):.4f} +- {half:.4f}   {np.mean(seconds):.3f} s", flush=True)
