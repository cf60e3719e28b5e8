"""MNN, CPU. Models come as ONNX and are converted by the converter that is in the wheel.

Traps: a model "runs" in a microsecond unless its input is resized to its own shape and the session resized after it.
The wheel's own `mnnconvert` command (MNN.tools) installs a telemetry package with pip into whatever environment is
active, and reports home: the converter is called below it.
"""
import os
import time

from onnx_io import onnx_io
from protocol import Model, Rejected, serve  # First: it takes over stdout.

import _tools
import MNN
import numpy as np

CONVERTED = ".mnn"
PRECISIONS = {"fp32": "high", "fp16": "low", "bf16": "low_bf16"}


class Mnn:
    def version(self):
        return MNN.version()

    def prepare(self, path, profile, settings):
        converted = path + CONVERTED
        try:
            _tools.mnnconvert(
                ["mnnconvert", "-f", "ONNX", "--modelFile", path, "--MNNModel", converted, "--bizCode", "litepred"]
            )
            if not os.path.exists(converted):
                raise Rejected("the converter wrote no model")
            return MnnModel(MNN.Interpreter(converted), onnx_io(path), profile, settings)
        finally:
            if os.path.exists(converted):
                os.remove(converted)


class MnnModel(Model):
    def __init__(self, interpreter, io, profile, settings):
        self.interpreter = interpreter
        self.shapes, self.results = io
        self.session = interpreter.createSession(
            {
                "backend": "CPU",
                "numThread": int(settings["options"].get("threads", "1")),
                "precision": PRECISIONS[settings["precision"]],
            }
        )
        self.tensors = dict(interpreter.getSessionInputAll(self.session))
        for name, (shape, _) in self.shapes.items():
            interpreter.resizeTensor(self.tensors[name], shape)
        interpreter.resizeSession(self.session)
        self.profile = profile
        self.times = []

    def inputs(self):
        return self.shapes

    def feed(self, arrays):
        for name, array in arrays.items():
            shape, dtype = self.shapes[name]
            # Its converter makes float32 of all floats and int32 of all whole numbers.
            is_float = np.issubdtype(dtype, np.floating)
            halide = MNN.Halide_Type_Float if is_float else MNN.Halide_Type_Int
            values = np.ascontiguousarray(array, np.float32 if is_float else np.int32)
            host = MNN.Tensor(shape, halide, values, MNN.Tensor_DimensionType_Caffe)
            self.tensors[name].copyFrom(host)

    def invoke(self):
        if self.profile:
            self.times = []
            code = self.interpreter.runSessionWithCallBackInfo(self.session, self.begin, self.end)
        else:
            code = self.interpreter.runSession(self.session)
        if code not in (0, None):
            raise Rejected("the session failed with code %s" % code)

    def begin(self, _tensors, _operator):
        self.began = time.perf_counter_ns()
        return True

    def end(self, _tensors, operator):
        ended = time.perf_counter_ns()
        self.times.append((operator.getName(), operator.getType(), (ended - self.began) / 1e6))
        return True

    def operators(self):
        return self.times if self.profile else None

    def outputs(self):
        found = {}
        for name, tensor in self.interpreter.getSessionOutputAll(self.session).items():
            shape = tensor.getShape()
            host = MNN.Tensor(
                shape, MNN.Halide_Type_Float, np.zeros(shape, np.float32), MNN.Tensor_DimensionType_Caffe
            )
            tensor.copyToHostTensor(host)
            found[name] = np.array(host.getNumpyData(), np.float32).reshape(shape)
        return found


if __name__ == "__main__":
    serve(Mnn())
