"""What every engine agent shares: JSON lines on stdin and stdout, and how a model is timed. Standard library and numpy.

The messages are those of src/engines/process/wire.ts; runs end by the same rule as in src/engines/estimate.ts. stdout is
reserved for answers: whatever the engine prints, from C++ too, goes to stderr. Works from Python 3.7 on.
An agent is a file with an engine class: version() and prepare(path, profile, settings) -> a Model.
"""
import base64
import gc
import json
import os
import sys
import time

import numpy as np

# Taken over when this module is imported: agents import it before their engine, some of which print as they load.
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

FEWEST_RUNS = 3
FEWEST_FOR_TOLERANCE = 10
# How much longer than its plan a session may wait for undisturbed runs.
PATIENCE_MS = 2000


class Model:
    """A model that is ready to run. Tensors that are NHWC in the engine are NCHW here."""

    def inputs(self):
        """{name: (shape, numpy dtype)} of the inputs, row-major NCHW."""
        raise NotImplementedError

    def feed(self, arrays):
        """Takes the inputs of the next runs, {name: array}."""
        raise NotImplementedError

    def invoke(self):
        """One inference, finished when it returns."""
        raise NotImplementedError

    def outputs(self):
        """{name: float32 array} of the last run."""
        raise NotImplementedError

    def operators(self):
        """[(name, operator, ms)] of the last run; None where the engine does not tell."""
        return None

    def release(self):
        pass


class Rejected(Exception):
    """The engine does not take the model, or does not have what is asked for."""


def serve(engine):
    """Answers requests until stdin ends."""
    gc.disable()  # A collection inside a timed run would count as latency; collected after each request instead.
    session = Session(engine)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"id": request["id"], "result": session.answer(request)}
        except MemoryError as error:
            answer = {"id": request["id"], "error": {"reason": "out-of-memory", "message": str(error)}}
        except Exception as error:  # The boundary: whatever an engine throws is data for the caller.
            message = "%s: %s" % (type(error).__name__, error)
            answer = {"id": request["id"], "error": {"reason": "rejected", "message": message[:2000]}}
        ANSWERS.write(json.dumps(answer) + "\n")
        ANSWERS.flush()
        gc.collect()


class Session:
    def __init__(self, engine):
        self.engine = engine
        self.models = {}
        self.handles = 0

    def answer(self, request):
        method = request["method"]
        if method == "describe":
            return {"version": self.engine.version()}
        if method == "prepare":
            return {"handle": self.prepare(request)}
        model = self.models.get(request["handle"])
        if model is None:
            raise Rejected("no model %s" % request["handle"])
        if method == "time":
            return timed_whole(model, request["plan"])
        if method == "timeOperators":
            return timed_operators(model, request["plan"])
        if method == "run":
            return {"outputs": run(model, request["inputs"])}
        if method == "release":
            del self.models[request["handle"]]
            model.release()
            return {}
        raise Rejected("no method %s" % method)

    def prepare(self, request):
        model = self.engine.prepare(request["model"], request["profile"], request["settings"])
        model.feed({name: seeded(shape, dtype, i) for i, (name, (shape, dtype)) in enumerate(model.inputs().items())})
        self.handles += 1
        self.models[self.handles] = model
        return self.handles


def seeded(shape, dtype, seed):
    """Uniform in -1 to 1, zeros for integers: denormals would distort the time of a run, other values do not."""
    if np.issubdtype(dtype, np.floating):
        return np.random.RandomState(seed).uniform(-1, 1, shape).astype(dtype)
    return np.zeros(shape, dtype)


class CoreSpeed:
    """Which of its two speeds the core has, as src/engines/process/core-speed.ts tells: a loop in C is timed."""

    SLOWER = 1.2
    FAST_SHARE = 0.02
    MEMORY = 4000
    LEAST_NS = 300e6
    MOST_NS = 3000e6

    def __init__(self, patient):
        self.numbers = list(range(1500))
        self.history = []
        self.fast = float("inf")
        self.probes = 0
        began = time.perf_counter_ns()
        while True:
            self.state()
            passed = time.perf_counter_ns() - began
            seen = patient and self.probes % 100 == 0 and self.seen_both()
            if passed > self.MOST_NS or (passed > self.LEAST_NS and (seen or not patient)):
                break

    def seen_both(self):
        share = sum(taken <= self.SLOWER * self.fast for taken in self.history) / len(self.history)
        return self.FAST_SHARE < share < 1 - self.FAST_SHARE

    def state(self):
        first = time.perf_counter_ns()
        sum(self.numbers)
        second = time.perf_counter_ns()
        sum(self.numbers)
        taken = min(second - first, time.perf_counter_ns() - second)
        if len(self.history) < self.MEMORY:
            self.history.append(taken)
        else:
            self.history[self.probes % self.MEMORY] = taken
        if self.probes % 50 == 0 or taken < self.fast:
            ascending = sorted(self.history)
            self.fast = ascending[min(len(ascending) - 1, max(3, int(self.FAST_SHARE * len(ascending))))]
        self.probes += 1
        return "full" if taken <= self.SLOWER * self.fast else "shared"


# The state of the core that counts (src/engines/process/core-state.ts), and the core: one for the process.
WANTED = os.environ.get("LITEPRED_CORE_STATE", "full")
CORE = []


def timed(model, plan, after=None):
    """Wall times of the runs in ms, and which of them count: the undisturbed ones, or all where those are too few.

    `after` is called between runs, outside of the timed part.
    """
    if not CORE:
        CORE.append(CoreSpeed(WANTED == "shared"))
    core = CORE[0]
    for _ in range(plan["warmup"]):
        model.invoke()
    times = []
    undisturbed = []
    started = time.perf_counter_ns()
    while True:
        as_wanted = core.state() == WANTED
        before = time.perf_counter_ns()
        model.invoke()
        times.append((time.perf_counter_ns() - before) / 1e6)
        if core.state() == WANTED and as_wanted:
            undisturbed.append(len(times) - 1)
        if after:
            after()
        elapsed_ms = (time.perf_counter_ns() - started) / 1e6
        if enough([times[run] for run in undisturbed], len(times), elapsed_ms, plan):
            return times, undisturbed if len(undisturbed) >= FEWEST_RUNS else list(range(len(times)))


def timed_whole(model, plan):
    times, counted = timed(model, plan)
    return {"wallMs": [times[run] for run in counted]}


def timed_operators(model, plan):
    operators = {}

    def collect():
        found = model.operators()
        if found is None:
            raise Rejected("the engine has no times by operator")
        for name, operator, ms in found:
            operators.setdefault((name, operator), []).append(ms)

    wall, counted = timed(model, plan, collect)
    return {
        "wallMs": [wall[run] for run in counted],
        "operators": [
            {"name": n, "operator": o, "timesMs": [times[run] for run in counted if run < len(times)]}
            for (n, o), times in operators.items()
        ],
    }


def enough(times, runs, elapsed_ms, plan):
    count = len(times)
    if count >= plan["runs"]:
        return True
    if runs < FEWEST_RUNS:
        return False
    if elapsed_ms >= plan["maxMs"] + PATIENCE_MS:
        return True
    if count < FEWEST_RUNS:
        return False
    if elapsed_ms >= plan["maxMs"]:
        return True
    if plan["tolerance"] <= 0 or count < FEWEST_FOR_TOLERANCE:
        return False
    middle = np.sort(times)[count // 4 : count - count // 4]
    return np.std(middle, ddof=1) / np.mean(middle) / np.sqrt(len(middle)) < plan["tolerance"]


def run(model, inputs):
    known = model.inputs()
    arrays = {}
    for name, text in inputs.items():
        if name not in known:
            raise Rejected("the model has no input %s, but %s" % (name, ", ".join(known)))
        shape, dtype = known[name]
        values = np.frombuffer(base64.b64decode(text), np.float32)
        arrays[name] = values.reshape(shape).astype(dtype)
    for i, (name, (shape, dtype)) in enumerate(known.items()):
        if name not in arrays:
            arrays[name] = seeded(shape, dtype, i)
    model.feed(arrays)
    model.invoke()
    return {name: encode(array) for name, array in model.outputs().items()}


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array, np.float32).tobytes()).decode("ascii")
