"""OpenCV's DNN module, models as ONNX. Times by operator come from its performance profile."""
from onnx_io import onnx_io
from protocol import Model, serve  # First: it takes over stdout.

import cv2


class OpenCv:
    def version(self):
        return cv2.__version__

    def prepare(self, path, profile, settings):
        cv2.setNumThreads(int(settings["options"].get("threads", "1")))
        net = cv2.dnn.readNetFromONNX(path)
        net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
        net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
        return OpenCvModel(net, onnx_io(path), profile)


def own_name(name):
    """OpenCV's name of a tensor: it has no "#"."""
    return name.replace("#", "_")


class OpenCvModel(Model):
    def __init__(self, net, io, profile):
        self.net = net
        self.shapes, results = io
        self.profile = profile
        self.names = list(net.getUnconnectedOutLayersNames())
        self.given = {own_name(name): name for name in results}
        self.results = []

    def inputs(self):
        return self.shapes

    def feed(self, arrays):
        for name, array in arrays.items():
            self.net.setInput(array, own_name(name))

    def invoke(self):
        self.results = self.net.forward(self.names)

    def outputs(self):
        return {self.given.get(name, name): result for name, result in zip(self.names, self.results)}

    def operators(self):
        if not self.profile:
            return None
        ticks = self.net.getPerfProfile()[1]
        names = self.net.getLayerNames()
        types = [self.net.getLayer(name).type for name in names]
        return [(n, t, float(x) * 1e3 / cv2.getTickFrequency()) for n, t, x in zip(names, types, ticks.ravel())]


if __name__ == "__main__":
    serve(OpenCv())
