"""What every engine agent shares: JSON lines on stdin and stdout, and how a model is timed. Standard library and numpy.

The messages are those of src/engines/process/wire.ts; runs end by the same rule as in src/engines/process/stopwatch.ts. stdout is
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

try:
    import resource
except ImportError:  # Windows
    resource = None


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
    # A collection inside a timed run would count as latency, and one after each turn would take longer than the turn.
    gc.disable()
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
        if request["method"] == "release":
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
        prepared = self.models.get(request["handle"])
        if prepared is None:
            raise Rejected("no model %s" % request["handle"])
        if method == "time":
            return prepared.time(request["plan"])
        if method == "operators":
            return prepared.times_by_operator()
        if method == "run":
            return {"outputs": run(prepared.model, request["inputs"])}
        if method == "release":
            del self.models[request["handle"]]
            prepared.model.release()
            return {}
        raise Rejected("no method %s" % method)

    def prepare(self, request):
        settings = request["settings"]
        model = self.engine.prepare(request["model"], request["profile"], settings)
        model.feed({name: seeded(shape, dtype, i) for i, (name, (shape, dtype)) in enumerate(model.inputs().items())})
        self.handles += 1
        threads = int(settings["options"].get("threads", "1"))
        self.models[self.handles] = Prepared(model, request["profile"], threads)
        return self.handles


def seeded(shape, dtype, seed):
    """Uniform in -1 to 1, zeros for integers: denormals would distort the time of a run, other values do not."""
    if np.issubdtype(dtype, np.floating):
        return np.random.RandomState(seed).uniform(-1, 1, shape).astype(dtype)
    return np.zeros(shape, dtype)


def switches():
    """Times that the system has given this process's core to somebody else so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw if resource else 0


class Prepared:
    """A model with what its runs so far took."""

    def __init__(self, model, profile, threads):
        self.model = model
        self.profile = profile
        self.threads = threads
        self.operators = {}

    def time(self, plan):
        for _ in range(plan["warmup"]):
            self.model.invoke()
        times = []
        began = time.perf_counter()
        while True:
            times.append(self.timed_run())
            if self.profile:
                self.collect()
            if len(times) >= plan["runs"] or (time.perf_counter() - began) * 1e3 >= plan["maxMs"]:
                return {"wallMs": times}

    def timed_run(self):
        """Milliseconds: wall time, or CPU time of a run of one thread that lost the core meanwhile."""
        lost, cpu, before = switches(), time.process_time(), time.perf_counter()
        self.model.invoke()
        wall = time.perf_counter() - before
        cpu = time.process_time() - cpu
        return 1e3 * (min(wall, cpu) if self.threads == 1 and cpu > 0 and switches() != lost else wall)

    def collect(self):
        found = self.model.operators()
        if found is None:
            raise Rejected("the engine has no times by operator")
        for name, operator, ms in found:
            self.operators.setdefault((name, operator), []).append(ms)

    def times_by_operator(self):
        if not self.profile:
            raise Rejected("prepared without profile")
        return {"operators": [{"name": n, "operator": o, "timesMs": t} for (n, o), t in self.operators.items()]}


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
