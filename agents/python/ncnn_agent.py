"""ncnn, CPU and Vulkan. A model is one file: a line with the length of the .param text, that text, the .bin weights.

ncnn has no batch axis: the leading axis of length 1 is missing here. Each run is an extractor of its own, as in its own
benchmark.
"""
import os
import tempfile
import time

from protocol import Model, Rejected, serve  # First: it takes over stdout.

import ncnn
import numpy as np

MAGIC = b"litepred-ncnn "
# Options of the network that are on by default and can be left out, by option name of the platform.
SWITCHES = {"winograd": ["use_winograd_convolution"], "packing": ["use_packing_layout"], "sgemm": ["use_sgemm_convolution"]}


class Ncnn:
    def version(self):
        return ncnn.__version__

    def prepare(self, path, profile, settings):
        # First: a network that was made but never loaded is not taken down cleanly.
        param, weights = split(path)
        net = ncnn.Net()
        configure(net.opt, settings)
        # As in its own benchmark: without pools every run asks the system for its memory anew, and pays for the pages or not.
        pools = [ncnn.UnlockedPoolAllocator(), ncnn.PoolAllocator()] if settings["processor"] == "cpu" else []
        if pools:
            net.opt.blob_allocator, net.opt.workspace_allocator = pools
        folder = tempfile.mkdtemp()
        try:
            files = [os.path.join(folder, name) for name in ("model.param", "model.bin")]
            for name, content in zip(files, (param, weights)):
                with open(name, "wb") as file:
                    file.write(content)
            if net.load_param(files[0]) != 0 or net.load_model(files[1]) != 0:
                raise Rejected("ncnn could not load the model")
        finally:
            for name in os.listdir(folder):
                os.remove(os.path.join(folder, name))
            os.rmdir(folder)
        text = param.decode()
        return NcnnModel(net, input_shapes(text), layers_of(text) if profile else [], pools)


def configure(options, settings):
    options.num_threads = int(settings["options"].get("threads", "1"))
    options.use_vulkan_compute = settings["processor"] == "gpu"
    options.lightmode = True
    # fp32 means fp32: no half floats in storage or arithmetic.
    half = settings["precision"] == "fp16"
    for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic"):
        setattr(options, name, half)
    options.use_bf16_storage = settings["precision"] == "bf16"
    options.use_int8_inference = settings["precision"] == "int8"
    for name, fields in SWITCHES.items():
        if settings["options"].get(name) == "off":
            for field in fields:
                setattr(options, field, False)


def split(path):
    with open(path, "rb") as file:
        content = file.read()
    line, _, rest = content.partition(b"\n")
    if not line.startswith(MAGIC):
        raise Rejected("not a model of litepred's ncnn writer")
    size = int(line[len(MAGIC) :])
    return rest[:size], rest[size:]


def input_shapes(param):
    """{name: shape} from the Input layers; ncnn names sizes from the inside: 0 w, 1 h, 11 d, 2 c."""
    shapes = {}
    for line in param.splitlines()[2:]:
        words = line.split()
        if words and words[0] == "Input":
            sizes = dict(word.split("=") for word in words[5:])
            shapes[words[4]] = tuple(int(sizes[key]) for key in ("2", "11", "1", "0") if key in sizes)
    return shapes


def layers_of(param):
    """[(type, output blobs, owner)] in the order of the file; the owner is the tensor of the model that the layer works for."""
    layers = []
    for line in param.splitlines()[2:]:
        words = line.split()
        if words and words[0] not in ("Input", "MemoryData"):
            inputs, outputs = int(words[2]), int(words[3])
            layers.append((words[0], words[4 + inputs : 4 + inputs + outputs]))
    owned, owner = [], ""
    for kind, blobs in reversed(layers):
        # What the writer puts in between belongs to what follows.
        if not blobs[0].startswith("temporary_"):
            owner = blobs[0]
        owned.append((kind, blobs, owner))
    return owned[::-1]


class NcnnModel(Model):
    def __init__(self, net, shapes, layers, pools):
        """layers: for times by operator; empty where they are not wanted. pools: memory that has to outlive the network."""
        self.pools = pools
        self.net = net
        self.layers = layers
        self.times = []
        self.shapes = shapes
        self.names = list(net.output_names())
        self.fed = {}
        self.results = []

    def inputs(self):
        return {name: (shape, np.dtype(np.float32)) for name, shape in self.shapes.items()}

    def feed(self, arrays):
        self.arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        self.fed = {name: ncnn.Mat(array).clone() for name, array in self.arrays.items()}

    def invoke(self):
        if self.layers:
            return self.invoke_by_layer()
        extractor = self.net.create_extractor()
        for name, mat in self.fed.items():
            extractor.input(name, mat)
        results = []
        for name in self.names:
            code, mat = extractor.extract(name)
            if code != 0:
                raise Rejected("ncnn failed with code %s at %s" % (code, name))
            results.append(mat)
        self.results = results

    def invoke_by_layer(self):
        """A blob asked for runs the layers that it needs and that have not run: blob after blob, each layer by itself."""
        extractor = self.net.create_extractor()
        for name, mat in self.fed.items():
            extractor.input(name, mat)
        times = {}
        for kind, blobs, owner in self.layers:
            began = time.perf_counter_ns()
            for blob in blobs:
                # Type 1: as the next layer takes it, without a change of layout. What comes back is dropped at once: a blob
                # that somebody holds is copied before a layer works on it in place.
                code = extractor.extract(blob, 1)[0]
                if code != 0:
                    raise Rejected("ncnn failed with code %s at %s" % (code, blob))
            key = (owner, kind)
            times[key] = times.get(key, 0) + (time.perf_counter_ns() - began) / 1e6
        self.times = [(owner, kind, ms) for (owner, kind), ms in times.items()]

    def operators(self):
        return self.times if self.layers else None

    def outputs(self):
        return {name: np.array(mat, np.float32) for name, mat in zip(self.names, self.results)}

    def release(self):
        self.results = []
        self.fed = {}
        self.net.clear()
        self.net = None
        for pool in self.pools:
            pool.clear()


if __name__ == "__main__":
    serve(Ncnn())
