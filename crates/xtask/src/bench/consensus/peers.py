"""What crowd-kit 1.4.2 reaches on the same answers. Prints `peer <name> <figure>` lines; knows nothing of our programs.

peers.py sets FOLDER [quick]          accuracy, calibration and kinds on the data sets of FOLDER
peers.py majority SIZE ROWS           time and memory of the majority vote
peers.py dawid-skene SIZE ROWS TOLERANCE   the same of Dawid and Skene until an iteration adds less than TOLERANCE per answer
peers.py probe SIZE ROWS ITERATIONS   seconds of one iteration from runs of one and three, and those of ITERATIONS from it
peers.py fixed-point SIZE ROWS POSTERIOR   how far a posterior lies from that of Dawid and Skene at rest

ROWS: item, worker, class as little-endian 32-bit numbers. POSTERIOR: [item][class] as little-endian 32-bit floats.
"""

import hashlib
import json
import math
import multiprocessing
import os
import re
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

SMALLEST = 1e-6  # probabilities are clipped here before a logarithm
BINS = 15


def say(name, value):
    print(f"peer {name} {value:.6g}", flush=True)


# ---- sets --------------------------------------------------------------------------------------------------------


def is_gold(task):
    """A fixed tenth of the tasks, by the hash of their name."""
    return int(hashlib.sha256(task.encode()).hexdigest(), 16) % 1000 < 100


def read(folder, name, **options):
    texts = {column: str for column in ("task", "worker", "label", "rle")}
    return pd.read_csv(os.path.join(folder, name), dtype=texts, **options)


def judge(probabilities, truth):
    """Accuracy, calibration error, log-loss and F1 of class 1, on tasks with truth; a task without estimate is wrong."""
    classes = [str(column) for column in probabilities.columns]
    values = np.nan_to_num(probabilities.to_numpy(float))
    row_of = {task: row for row, task in enumerate(probabilities.index)}
    confidence, right, loss = [], [], []
    found, wanted = [], []
    for task, label in truth.items():
        wanted.append(label)
        if task not in row_of:
            found.append(None)
            confidence.append(0.0)
            right.append(0.0)
            continue
        row = values[row_of[task]]
        total = row.sum() or 1.0
        best = int(row.argmax())
        found.append(classes[best])
        confidence.append(row[best] / total)
        right.append(float(classes[best] == label))
        true = row[classes.index(label)] / total if label in classes else 0.0
        loss.append(-math.log(min(1 - SMALLEST, max(SMALLEST, true))))
    confidence, right = np.array(confidence), np.array(right)
    bins = np.minimum(BINS - 1, (confidence * BINS).astype(int))
    error = sum(abs((confidence[bins == b] - right[bins == b]).sum()) for b in range(BINS)) / len(right)
    hits = sum(f == w == "1" for f, w in zip(found, wanted))
    named = sum(f == "1" for f in found) + sum(w == "1" for w in wanted)
    return right.mean(), error, float(np.mean(loss)), 2 * hits / named if named else 0.0


def choices(folder, name, quick):
    from crowdkit.aggregation import DawidSkene, MajorityVote, OneCoinDawidSkene, Wawa

    answers = read(folder, "labels.csv", keep_default_na=False)[["task", "worker", "label"]]
    truth = read(folder, "truth.csv", keep_default_na=False).set_index("task")["label"]
    models = {"majority": MajorityVote(), "wawa": Wawa(), "dawid-skene": DawidSkene(n_iter=100)}
    if not quick:
        models["one-coin"] = OneCoinDawidSkene(n_iter=100)
    for model, estimator in models.items():
        probabilities = estimator.fit_predict_proba(answers)
        for figure, value in zip(("accuracy", "ece", "log-loss", "f1"), judge(probabilities, truth)):
            say(f"{figure}-{model}-{name}", value)
    gold = truth[[is_gold(task) for task in truth.index]]
    rest = truth[[not is_gold(task) for task in truth.index]]
    probabilities = DawidSkene(n_iter=100).fit(answers, true_labels=gold).probas_
    for figure, value in zip(("accuracy", "ece", "log-loss", "f1"), judge(probabilities, rest)):
        say(f"gold-{figure}-dawid-skene-{name}", value)


def words(text):
    return re.sub(r"[^0-9a-z' ]+", " ", text.lower()).split()


def distance(one, other):
    """Insertions, deletions and replacements that turn one list into the other."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (a != b))
    return row[-1]


def texts(folder, name):
    from crowdkit.aggregation import ROVER

    answers = read(folder, "labels.csv").fillna("")
    answers["text"] = [" ".join(words(text)) or "-" for text in answers["label"]]
    answers = answers.drop_duplicates(["task", "worker"])[["task", "worker", "text"]]
    truth = read(folder, "truth.csv", keep_default_na=False).set_index("task")["label"]
    found = ROVER(tokenizer=str.split, detokenizer=" ".join).fit_predict(answers)
    wrong = sum(distance(words(found.get(task, "")), words(text)) for task, text in truth.items())
    say(f"wer-rover-{name}", wrong / sum(len(words(text)) for text in truth))


def pixels(row):
    runs = [int(run) for run in row.rle.split()]
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(int(row.height), int(row.width))


def masks(folder, name):
    from crowdkit.aggregation import SegmentationMajorityVote

    answers = read(folder, "labels.csv")
    drawn = [pixels(row) for row in answers.itertuples()]
    drawn = pd.DataFrame({"task": answers["task"], "worker": answers["worker"], "segmentation": drawn})
    found = SegmentationMajorityVote().fit_predict(drawn)
    shares = []
    for row in read(folder, "truth.csv").itertuples():
        true, ours = pixels(row), np.asarray(found[row.task], bool)
        either = (true | ours).sum()
        shares.append((true & ours).sum() / either if either else 1.0)
    say(f"iou-majority-{name}", float(np.mean(shares)))


def ratings(folder, name):
    answers, truth = read(folder, "labels.csv"), read(folder, "truth.csv").set_index("task")["label"].astype(float)
    mean = answers["label"].astype(float).groupby(answers["task"]).mean()
    say(f"mae-mean-{name}", float((mean.reindex(truth.index) - truth).abs().mean()))


KINDS = {"binary": choices, "multiclass": choices, "text": texts, "mask": masks, "rating": ratings}


def sets(folder, quick):
    for name in sorted(os.listdir(folder)):
        meta = os.path.join(folder, name, "meta.json")
        if not os.path.exists(meta):
            continue
        with open(meta, encoding="utf-8") as file:
            kind = json.load(file)["task_type"]
        if kind in ("binary", "multiclass"):
            choices(os.path.join(folder, name), name, quick)
        elif kind in KINDS and not (quick and kind == "text"):
            KINDS[kind](os.path.join(folder, name), name)


# ---- scale -------------------------------------------------------------------------------------------------------


def table(rows):
    return pd.DataFrame(np.fromfile(rows, "<u4").reshape(-1, 3).astype(np.int64), columns=["task", "worker", "label"])


def resident(field):
    with open("/proc/self/status", encoding="utf-8") as file:
        return int(re.search(field + r":\s+(\d+)", file.read()).group(1)) / 1024


def measured(work, rows):
    """Seconds, MiB and result of a call on a table that is in memory already."""
    answers = table(rows)
    import crowdkit.aggregation  # noqa: F401  before the clock starts

    try:
        with open("/proc/self/clear_refs", "w", encoding="utf-8") as file:
            file.write("5")
    except OSError:
        pass
    before, start = resident("VmRSS"), time.perf_counter()
    result = work(answers)
    return time.perf_counter() - start, resident("VmHWM") - before, result


def apart(work, rows):
    """The same in a process of its own, so that one call does not warm the other."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (work, rows))


def vote(answers):
    from crowdkit.aggregation import MajorityVote

    MajorityVote().fit_predict(answers)


class Iterate:
    """Dawid and Skene for so many iterations at most; returns how many there were."""

    def __init__(self, iterations, tolerance):
        self.iterations, self.tolerance = iterations, tolerance

    def __call__(self, answers):
        from crowdkit.aggregation import DawidSkene

        model = DawidSkene(n_iter=self.iterations, tol=self.tolerance).fit(answers)
        return len(model.loss_history_)


def majority(size, rows):
    seconds, mib, _ = apart(vote, rows)
    say(f"majority-{size}-seconds", seconds)
    say(f"majority-{size}-mib", mib)


def dawid_skene(size, rows, tolerance):
    for name, tol in (("", tolerance), ("-by-its-own-rule", 1e-5)):
        seconds, mib, iterations = apart(Iterate(100, tol), rows)
        say(f"dawid-skene-{size}{name}-seconds", seconds)
        say(f"dawid-skene-{size}{name}-iterations", iterations)
        say(f"dawid-skene-{size}{name}-mib", mib)


def probe(size, rows, iterations):
    one, _, _ = apart(Iterate(1, 0.0), rows)
    three, mib, _ = apart(Iterate(3, 0.0), rows)
    each = (three - one) / 2
    say(f"dawid-skene-{size}-iteration-seconds", each)
    say(f"dawid-skene-{size}-extrapolated-seconds", one + each * (iterations - 1))
    say(f"dawid-skene-{size}-mib", mib)


def log_likelihood(answers, posterior):
    """ln P(answers) an answer, under the matrices that a posterior implies."""
    items, classes = posterior.shape
    matrices = np.zeros((answers["worker"].max() + 1, classes, classes))
    np.add.at(matrices, (answers["worker"], answers["label"]), posterior[answers["task"]])
    matrices = np.maximum(matrices, 1e-10)
    matrices /= matrices.sum(axis=1, keepdims=True)
    logs = np.tile(np.log(posterior.mean(axis=0)), (items, 1))
    np.add.at(logs, answers["task"], np.log(matrices[answers["worker"], answers["label"]]))
    top = logs.max(axis=1)
    return float((top + np.log(np.exp(logs - top[:, None]).sum(axis=1))).sum() / len(answers))


def fixed_point(size, rows, posterior):
    from crowdkit.aggregation import DawidSkene

    answers = table(rows)
    # A tolerance below nothing: its bound rises and falls by the floor of a logarithm long before it rests.
    model = DawidSkene(n_iter=300, tol=-1.0).fit(answers)
    peer = model.probas_.sort_index().sort_index(axis=1).to_numpy()
    ours = np.fromfile(posterior, "<f4").reshape(len(peer), -1).astype(float)
    difference = np.abs(peer - ours).max(axis=1)
    name = f"fixed-point-{size}"
    say(f"{name}-iterations", len(model.loss_history_))
    say(f"{name}-equal-labels", float((peer.argmax(axis=1) == ours.argmax(axis=1)).mean()))
    say(f"{name}-largest-difference", float(difference.max()))
    say(f"{name}-mean-difference", float(difference.mean()))
    say(f"{name}-log-likelihood", log_likelihood(answers, peer))
    say(f"{name}-log-likelihood-of-ours", log_likelihood(answers, ours))


def main(command, *rest):
    if command == "sets":
        sets(rest[0], "quick" in rest)
    elif command == "majority":
        majority(*rest)
    elif command == "dawid-skene":
        dawid_skene(rest[0], rest[1], float(rest[2]))
    elif command == "probe":
        probe(rest[0], rest[1], int(rest[2]))
    elif command == "fixed-point":
        fixed_point(*rest)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
