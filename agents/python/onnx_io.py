"""Names, shapes and types of an ONNX file's inputs and outputs, for engines that do not tell them. No onnx package."""
import numpy as np

# Field numbers of onnx.proto.
MODEL_GRAPH = 7
GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT = 5, 11, 12
INITIALIZER_NAME = 8
INFO_NAME, INFO_TYPE = 1, 2
TYPE_TENSOR, TENSOR_TYPE, TENSOR_SHAPE = 1, 1, 2
SHAPE_DIM, DIM_VALUE = 1, 1
TYPES = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64, 9: np.bool_,
    10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64,
}


def fields(data):
    """(field number, value) of a protobuf message: an integer, or bytes that are not copied."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = 8 if wire == 1 else 4
            value, at = data[at : at + size], at + size
        yield number, value


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def onnx_io(path):
    """({input: (shape, dtype)}, {output: (shape, dtype)}); weights are not among the inputs."""
    with open(path, "rb") as file:
        model = memoryview(file.read())
    graph = [value for number, value in fields(model) if number == MODEL_GRAPH][0]
    weights, inputs, outputs = set(), {}, {}
    for number, value in fields(graph):
        if number == GRAPH_INITIALIZER:
            weights.update(bytes(v).decode() for n, v in fields(value) if n == INITIALIZER_NAME)
        elif number in (GRAPH_INPUT, GRAPH_OUTPUT):
            name, described = tensor_info(value)
            (inputs if number == GRAPH_INPUT else outputs)[name] = described
    return {name: described for name, described in inputs.items() if name not in weights}, outputs


def tensor_info(info):
    name, shape, dtype = "", [], np.float32
    for number, value in fields(info):
        if number == INFO_NAME:
            name = bytes(value).decode()
        elif number == INFO_TYPE:
            for n, tensor in fields(value):
                if n == TYPE_TENSOR:
                    shape, dtype = tensor_type(tensor)
    return name, (tuple(shape), np.dtype(dtype))


def tensor_type(tensor):
    shape, dtype = [], np.float32
    for number, value in fields(tensor):
        if number == TENSOR_TYPE:
            if value not in TYPES:
                raise ValueError("no values for an input of ONNX's element type %d" % value)
            dtype = TYPES[value]
        elif number == TENSOR_SHAPE:
            shape = [dim_value(dim) for n, dim in fields(value) if n == SHAPE_DIM]
    return shape, dtype


def dim_value(dim):
    """Dimensions without a value (batch, mostly) count as 1."""
    return dict(fields(dim)).get(DIM_VALUE, 1)
