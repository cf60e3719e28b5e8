"""LiteRT and the TensorFlow Lite interpreters before it, through whichever of their packages is installed.

Images are NHWC in the file; the description that litepred's writer leaves in it says for which inputs and outputs, and
what the outputs are called in the graph. Tensors of an int8 model are quantised at the border.
"""
import json
import re

from protocol import Model, Rejected, serve  # First: it takes over stdout.

import numpy as np

DESCRIPTION = re.compile(rb"litepred (\{.*?\}\})")


def load():
    """(Interpreter class, version)"""
    try:
        import ai_edge_litert
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter, ai_edge_litert.__version__
    except ImportError:
        pass
    try:
        import tflite_runtime
        from tflite_runtime.interpreter import Interpreter

        return Interpreter, tflite_runtime.__version__
    except ImportError:
        import tensorflow

        return tensorflow.lite.Interpreter, tensorflow.__version__


class Tflite:
    def __init__(self):
        self.interpreter, self.installed = load()

    def version(self):
        return self.installed

    def prepare(self, path, profile, settings):
        with open(path, "rb") as file:
            content = file.read()
        threads = int(settings["options"].get("threads", "1"))
        return TfliteModel(self.make(content, threads, settings["options"]), layouts_of(content))

    def make(self, content, threads, options):
        wanted = {"model_content": content, "num_threads": threads}
        if options.get("delegate") == "none":
            wanted["experimental_op_resolver_type"] = self.resolver("BUILTIN_WITHOUT_DEFAULT_DELEGATES")
        try:
            return self.interpreter(**wanted)
        except TypeError:  # Up to 2.2 the number of threads could not be set from Python, and was 1.
            if threads != 1 or options.get("delegate") == "none":
                raise Rejected("this version has one thread and no delegate to leave out")
            return self.interpreter(model_content=content)

    def resolver(self, name):
        import importlib

        module = importlib.import_module(self.interpreter.__module__)
        return getattr(module.OpResolverType, name)


def layouts_of(content):
    """What the writer noted in the file; nothing for files of other origin."""
    found = DESCRIPTION.search(content)
    return json.loads(found.group(1).decode()) if found else {}


class TfliteModel(Model):
    def __init__(self, interpreter, notes):
        self.interpreter = interpreter
        interpreter.allocate_tensors()
        layouts = notes.get("layouts", {})
        self.ins = [Border(detail, detail["name"], layouts) for detail in interpreter.get_input_details()]
        details = interpreter.get_output_details()
        names = notes.get("outputs", [detail["name"] for detail in details])
        self.outs = [Border(detail, name, layouts) for detail, name in zip(details, names)]

    def inputs(self):
        return {border.name: (border.shape, border.dtype) for border in self.ins}

    def feed(self, arrays):
        for border in self.ins:
            if border.name in arrays:
                self.interpreter.set_tensor(border.index, border.stored(arrays[border.name]))

    def invoke(self):
        self.interpreter.invoke()

    def outputs(self):
        return {border.name: border.real(self.interpreter.get_tensor(border.index)) for border in self.outs}


class Border:
    """An input or output: its order and scale in the file, and in the graph."""

    def __init__(self, detail, name, layouts):
        self.index = detail["index"]
        self.name = name
        self.file_type = np.dtype(detail["dtype"])
        self.scale, self.zero = detail["quantization"]
        stored = tuple(int(size) for size in detail["shape"])
        # Stored axis i is the graph's axis perm[i].
        self.perm = layouts.get(name, list(range(len(stored))))
        self.back = [self.perm.index(axis) for axis in range(len(stored))]
        self.shape = tuple(stored[place] for place in self.back)
        self.dtype = np.dtype(np.float32) if self.scale else self.file_type

    def stored(self, array):
        array = np.transpose(array, self.perm)
        if self.scale:
            limits = np.iinfo(self.file_type)
            array = np.clip(np.round(array / self.scale) + self.zero, limits.min, limits.max)
        return np.ascontiguousarray(array, self.file_type)

    def real(self, array):
        if self.scale:
            array = (array.astype(np.float32) - self.zero) * self.scale
        return np.transpose(array, self.back)


if __name__ == "__main__":
    serve(Tflite())
