"""MindSpore Lite, CPU. Models come as ONNX and are converted by the converter that is in the wheel (2.0.0, Python 3.7).

Traps: the converter turns images to NHWC, inputs included; the runtime reports which order it wants. A model is built
once for the shapes that the converter was given.
"""
import os
import shutil
import tempfile

from onnx_io import onnx_io
from protocol import Model, Rejected, serve  # First: it takes over stdout.

import mindspore_lite as mslite
import numpy as np


class MindSporeLite:
    def version(self):
        return mslite.__version__

    def prepare(self, path, profile, settings):
        inputs, outputs = onnx_io(path)
        folder = tempfile.mkdtemp()
        try:
            converter = mslite.Converter()
            converter.input_shape = {name: list(shape) for name, (shape, _) in inputs.items()}
            converter.save_type = mslite.ModelType.MINDIR
            converted = os.path.join(folder, "model")
            converter.convert(mslite.FmkType.ONNX, path, converted)
            context = mslite.Context()
            context.target = ["cpu"]
            context.cpu.thread_num = int(settings["options"].get("threads", "1"))
            # The agent's process is pinned from outside.
            context.cpu.thread_affinity_mode = 0
            model = mslite.Model()
            model.build_from_file(converted + ".mindir", mslite.ModelType.MINDIR, context)
            return MindSporeModel(model, inputs, outputs)
        except RuntimeError as error:
            raise Rejected(str(error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


class MindSporeModel(Model):
    def __init__(self, model, inputs, outputs):
        self.model = model
        self.shapes = inputs
        self.results = outputs
        self.tensors = model.get_inputs()
        self.last = []

    def inputs(self):
        return self.shapes

    def feed(self, arrays):
        for tensor in self.tensors:
            if tensor.name in arrays:
                array = arrays[tensor.name]
                if tuple(tensor.shape) != array.shape and array.ndim == 4:
                    array = np.transpose(array, (0, 2, 3, 1))
                if tuple(tensor.shape) != array.shape:
                    raise Rejected("input %s is %s, not %s" % (tensor.name, tensor.shape, array.shape))
                tensor.set_data_from_numpy(np.ascontiguousarray(array))

    def invoke(self):
        self.last = self.model.predict(self.tensors)

    def outputs(self):
        arrays = {}
        for (name, (shape, _)), tensor in zip(self.results.items(), self.last):
            array = tensor.get_data_to_numpy()
            if array.shape != shape and array.ndim == 4:
                array = np.transpose(array, (0, 3, 1, 2))
            arrays[name] = array.astype(np.float32)
        return arrays


if __name__ == "__main__":
    serve(MindSporeLite())
