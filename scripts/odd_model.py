"""Builds small ONNX models node by node, with random weights that are the same each time. Used by odd-models*.py."""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

R = np.random.RandomState(0)
MS = 'com.microsoft'
I64 = np.int64
OUT = os.path.join(sys.argv[1], '')
os.makedirs(OUT, exist_ok=True)


class B:

    def __init__(s):
        s.n = []
        s.i = []
        s.w = []
        s.c = 0

    def inp(s, name, shape, t=T.FLOAT):
        s.i.append(h.make_tensor_value_info(name, t, shape))
        return name

    def w_(s, *shape, dt=np.float32, scale=0.1):
        return s.k((R.randn(*shape) * scale).astype(dt))

    def k(s, a):
        s.c += 1
        n = f'w{s.c}'
        s.w.append(nh.from_array(np.asarray(a), n))
        return n

    def op(s, t, ins, n=1, domain='', **a):
        s.c += 1
        outs = [f't{s.c}_{j}' for j in range(n)]
        s.n.append(h.make_node(t, ins, outs, name=f'{t}_{s.c}', domain=domain, **a))
        return outs[0] if n == 1 else outs

    def dynamic_product(s, x, weights, zero=None):
        """A product whose activations are made 8-bit integers on the way; zero: zero point of unsigned weights."""
        q, scale, z = s.op('DynamicQuantizeLinear', [x], n=3)
        y = s.op('MatMulInteger', [q, s.k(weights), z] + ([] if zero is None else [s.k(np.uint8(zero))]))
        return s.op('Mul', [s.op('Cast', [y], to=T.FLOAT), s.op('Mul', [scale, s.k(np.float32(0.01))])])

    def save(s, name, outs, opset=20, ot=None):
        if isinstance(outs, str):
            outs = [outs]
        o = [h.make_tensor_value_info(x, (ot or {}).get(x, T.FLOAT), None) for x in outs]
        g = h.make_graph(s.n, name, s.i, o, s.w)
        m = h.make_model(g, opset_imports=[h.make_opsetid('', opset), h.make_opsetid('com.microsoft', 1)], ir_version=10)
        m = onnx.shape_inference.infer_shapes(m)
        onnx.save(m, OUT + name + '.onnx')


def ints(*values):
    return np.array(values, I64)


def one(name, build, opset=20, ot=None):
    """A file of the block that `build` makes, which gives the name of its output; ot: the type of that."""
    b = B()
    o = build(b)
    b.save(name, o, opset=opset, ot={o: ot} if ot else None)
