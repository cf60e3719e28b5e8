"""OpenVINO's CPU plugin, models as ONNX. Times by operator come from its performance counters."""
from protocol import Model, serve  # First: it takes over stdout.

import openvino as ov

PRECISION_HINTS = {"fp32": "f32", "int8": "f32", "fp16": "f16", "bf16": "bf16"}


class OpenVino:
    def __init__(self):
        self.core = ov.Core()

    def version(self):
        return ov.__version__.split("-")[0]

    def prepare(self, path, profile, settings):
        config = {
            # Without the hint, cores with AMX or AVX-512 BF16 run fp32 models in bf16.
            "INFERENCE_PRECISION_HINT": PRECISION_HINTS[settings["precision"]],
            "INFERENCE_NUM_THREADS": int(settings["options"].get("threads", "1")),
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            # The agent's process is pinned from outside.
            "ENABLE_CPU_PINNING": False,
            "PERF_COUNT": profile,
        }
        return OpenVinoModel(self.core.compile_model(self.core.read_model(path), "CPU", config), profile)


class OpenVinoModel(Model):
    def __init__(self, compiled, profile):
        self.compiled = compiled
        self.profile = profile
        self.request = compiled.create_infer_request()

    def inputs(self):
        return {
            port.get_any_name(): (tuple(port.get_shape()), port.get_element_type().to_dtype())
            for port in self.compiled.inputs
        }

    def feed(self, arrays):
        for name, array in arrays.items():
            self.request.set_tensor(name, ov.Tensor(array))

    def invoke(self):
        self.request.infer()

    def outputs(self):
        return {port.get_any_name(): self.request.get_tensor(port).data.copy() for port in self.compiled.outputs}

    def operators(self):
        if not self.profile:
            return None
        return [
            (info.node_name, info.node_type, info.real_time.total_seconds() * 1e3)
            for info in self.request.get_profiling_info()
            if info.status == info.Status.EXECUTED
        ]


if __name__ == "__main__":
    serve(OpenVino())
