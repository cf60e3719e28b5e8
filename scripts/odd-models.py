"""Small ONNX files of kinds that networks for images do not have, for `litepred evaluate cases FOLDER`.
Usage: python scripts/odd-models.py FOLDER (needs onnx and numpy; random weights, the same ones each time)."""
import numpy as np

from odd_model import MS, B, R, T

def rec(name, kind, T_, B_, I, H, d, layers=1):
    b = B()
    x = b.inp('x', [T_, B_, I])
    g = {'LSTM': 4, 'GRU': 3, 'RNN': 1}[kind]
    D = 2 if d == 'bidirectional' else 1
    for l in range(layers):
        outs = b.op(kind, [x, b.w_(D, g * H, I), b.w_(D, g * H, H), b.w_(D, 2 * g * H)], n=2 if kind != 'LSTM' else 3, hidden_size=H, direction=d, **{'linear_before_reset': 1} if kind == 'GRU' else {})
        y = b.op('Transpose', [outs[0]], perm=[0, 2, 1, 3])
        x = b.op('Reshape', [y, b.k(np.array([T_, B_, D * H], np.int64))])
        I = D * H
    b.save(name, x)
rec('a01-lstm-bi-64x2', 'LSTM', 40, 1, 32, 64, 'bidirectional', 2)
rec('a02-gru-b8', 'GRU', 25, 8, 48, 96, 'forward')
rec('a03-rnn-reverse', 'RNN', 100, 4, 64, 128, 'reverse')
rec('a04-lstm-long-small', 'LSTM', 300, 1, 16, 24, 'forward')

b = B()
x = b.inp('x', [1, 3, 8, 40, 40])
x = b.op('Relu', [b.op('Conv', [x, b.w_(12, 3, 3, 3, 3)], pads=[1] * 6)])
x = b.op('MaxPool', [x], kernel_shape=[1, 2, 2], strides=[1, 2, 2])
x = b.op('Relu', [b.op('Conv', [x, b.w_(24, 12, 3, 1, 1)], pads=[1, 0, 0, 1, 0, 0])])
x = b.op('AveragePool', [x], kernel_shape=[2, 2, 2], strides=[2, 2, 2])
b.save('a05-conv3d-mixed', x)

b = B()
x = b.inp('x', [2, 40, 400])
for i, (ci, co, s) in enumerate([(40, 64, 1), (64, 64, 2), (64, 96, 2)]):
    x = b.op('LeakyRelu', [b.op('Conv', [x, b.w_(co, ci, 5)], strides=[s], pads=[2, 2])])
x = b.op('GlobalAveragePool', [x])
b.save('a06-conv1d-b2', x)

b = B()
x = b.inp('x', [1, 96, 50])
x = b.op('LeakyRelu', [b.op('ConvTranspose', [x, b.w_(96, 48, 8)], strides=[4], pads=[2, 2])])
x = b.op('ConvTranspose', [x, b.w_(48, 24, 4)], strides=[2], pads=[1, 1])
b.save('a07-convtranspose1d', x)

b = B()
x = b.inp('x', [1, 32, 24, 24])
x = b.op('Relu', [b.op('ConvTranspose', [x, b.w_(32, 8, 4, 4)], strides=[2, 2], pads=[1] * 4, group=4)])
x = b.op('ConvTranspose', [x, b.w_(32, 16, 2, 2)], strides=[2, 2])
b.save('a08-convtranspose2d-groups', x)

b = B()
x = b.inp('x', [4, 64, 48])
y = b.inp('y', [4, 72, 48])
s = b.op('Softmax', [b.op('Einsum', [x, y], equation='bik,bjk->bij')], axis=-1)
z = b.op('Einsum', [s, y], equation='bij,bjk->bik')
z = b.op('Einsum', [z, b.w_(48, 4, 24)], equation='bik,khd->bhid')
b.save('a09-einsum-attn', z)

b = B()
x = b.inp('x', [96, 64])
y = b.inp('y', [96, 80])
z = b.op('Einsum', [x, y], equation='ki,kj->ij')
u = b.op('Einsum', [x, y, b.w_(64, 80)], equation='bi,bj,ij->b')
b.save('a10-einsum-outer', [z, u])

def qconv(b, x, sx, zx, ci, co, k, s=1, g=1):
    return b.op('QLinearConv', [x, sx, zx, b.k(R.randint(-127, 127, (co, ci // g, k, k)).astype(np.int8)), b.k(np.float32(0.01)), b.k(np.int8(0)), sx, zx], strides=[s, s], pads=[k // 2] * 4, group=g, kernel_shape=[k, k])

b = B()
x = b.inp('x', [1, 3, 96, 96])
sc = b.k(np.float32(0.02))
zp = b.k(np.uint8(128))
q = b.op('QuantizeLinear', [x, sc, zp])
q = qconv(b, q, sc, zp, 3, 16, 3, 2)
q = qconv(b, q, sc, zp, 16, 16, 3, 1, 16)
q2 = qconv(b, q, sc, zp, 16, 32, 1)
q3 = qconv(b, q2, sc, zp, 32, 32, 3, 1)
q = b.op('QLinearAdd', [q2, sc, zp, q3, sc, zp, sc, zp], domain=MS)
q = b.op('QLinearGlobalAveragePool', [q, sc, zp, sc, zp], domain=MS)
x = b.op('DequantizeLinear', [q, sc, zp])
b.save('a11-qlinear-cnn', x)

b = B()
x = b.inp('x', [64, 128])
sc = b.k(np.float32(0.02))
zp = b.k(np.uint8(128))
q = b.op('QuantizeLinear', [x, sc, zp])
for co, ci in [(256, 128), (128, 256)]:
    q = b.op('QLinearMatMul', [q, sc, zp, b.k(R.randint(-127, 127, (ci, co)).astype(np.int8)), b.k(np.float32(0.01)), b.k(np.int8(0)), sc, zp])
    q = b.op('QLinearSigmoid', [q, sc, zp, sc, zp], domain=MS)
x = b.op('DequantizeLinear', [q, sc, zp])
b.save('a12-qlinear-mlp', x)

b = B()
x = b.inp('x', [1, 48, 192])
for co, ci in [(384, 192), (192, 384)]:
    x = b.dynamic_product(x, R.randint(0, 255, (ci, co)).astype(np.uint8), 128)
    x = b.op('Relu', [b.op('Add', [x, b.w_(co)])])
b.save('a13-dynamic-mlp', x)

b = B()
x = b.inp('x', [2, 24, 40, 40])
q, s, z = b.op('DynamicQuantizeLinear', [x], n=3)
y = b.op('ConvInteger', [q, b.k(R.randint(0, 255, (48, 24, 3, 3)).astype(np.uint8)), z, b.k(np.uint8(128))], pads=[1] * 4, strides=[2, 2])
x = b.op('Mul', [b.op('Cast', [y], to=T.FLOAT), s])
b.save('a14-convinteger-b2', x)

def nbits(name, rows, layers, bits, block):
    b = B()
    x = b.inp('x', [1, rows, layers[0][0]])
    for ci, co in layers:
        x = b.op('MatMulNBits', [x, b.k(R.randint(0, 255, (co, ci // block, block * bits // 8)).astype(np.uint8)), b.w_(co * (ci // block))], domain=MS, K=ci, N=co, bits=bits, block_size=block)
    b.save(name, x)
nbits('a15-nbits4-b64-row1', 1, [(512, 512), (512, 256)], 4, 64)
nbits('a16-nbits8-b32', 8, [(256, 256), (256, 128)], 8, 32)
nbits('a17-nbits4-b16-rows32', 32, [(256, 320)], 4, 16)
nbits('a18-nbits4-b128-row1', 1, [(256, 768), (768, 256)], 4, 128)

def gqa(name, Bt, S, past, H, KV, D):
    b = B()
    q = b.inp('q', [Bt, S, H * D])
    k = b.inp('k', [Bt, S, KV * D])
    v = b.inp('v', [Bt, S, KV * D])
    pk = b.inp('pk', [Bt, KV, past, D])
    pv = b.inp('pv', [Bt, KV, past, D])
    o = b.op('GroupQueryAttention', [q, k, v, pk, pv, b.k(np.full((Bt,), past + S - 1, np.int32)), b.k(np.int32(past + S))], n=3, domain=MS, num_heads=H, kv_num_heads=KV)
    b.save(name, o)
gqa('a19-gqa-decode', 1, 1, 256, 8, 2, 64)
gqa('a20-gqa-b4', 4, 1, 128, 4, 4, 32)

b = B()
q = b.inp('q', [1, 8, 96, 32])
k = b.inp('k', [1, 8, 96, 32])
v = b.inp('v', [1, 8, 96, 32])
o = b.op('Attention', [q, k, v], is_causal=1)
b.save('a21-attention23-4d', o, opset=23)

b = B()
q = b.inp('q', [2, 64, 128])
k = b.inp('k', [2, 64, 64])
v = b.inp('v', [2, 64, 64])
o = b.op('Attention', [q, k, v], q_num_heads=8, kv_num_heads=4)
b.save('a22-attention23-gqa', o, opset=23)

b = B()
x = b.inp('x', [2, 48, 96])
o = b.op('Attention', [x, b.w_(96, 288), b.w_(288)], domain=MS, num_heads=6)
o = b.op('MatMul', [o, b.w_(96, 192)])
o = b.op('BiasGelu', [o, b.w_(192)], domain=MS)
o = b.op('MatMul', [o, b.w_(192, 96)])
o = b.op('SkipLayerNormalization', [x, o, b.w_(96), b.w_(96)], domain=MS)
b.save('a23-msattention-biasgelu', o)

b = B()
x = b.inp('x', [8, 40, 64])
y = b.inp('y', [8, 56, 64])
o = b.op('FusedMatMul', [x, y], domain=MS, transB=1, alpha=0.125)
b.save('a24-fusedmatmul-b8', o)

b = B()
x = b.inp('x', [2, 12, 48, 48])
g = b.inp('g', [2, 32, 32, 2])
o = b.op('GridSample', [x, g], mode='linear', padding_mode='border', align_corners=1)
b.save('a25-gridsample-border', o)

b = B()
x = b.inp('x', [1, 16, 40, 40])
g = b.inp('g', [1, 40, 40, 2])
o = b.op('GridSample', [x, g], mode='nearest')
b.save('a26-gridsample-nearest', o)

b = B()
x = b.inp('x', [64, 32, 32])
o = b.op('ScatterND', [x, b.k(R.randint(0, 32, (500, 2)).astype(np.int64)), b.w_(500, 32)])
o = b.op('CumSum', [o, b.k(np.int64(1))])
b.save('a27-scatternd-cumsum', o)

b = B()
x = b.inp('x', [1, 24, 36, 36])
o = b.op('LRN', [x], size=5)
o = b.op('LpPool', [o], kernel_shape=[3, 3], strides=[2, 2], p=2)
b.save('a28-lrn-lppool', o)

b = B()
x = b.inp('x', [1, 16, 28, 28])
off = b.op('Conv', [x, b.w_(18, 16, 3, 3)], pads=[1] * 4)
o = b.op('DeformConv', [x, b.w_(24, 16, 3, 3), off], pads=[1] * 4, kernel_shape=[3, 3])
b.save('a29-deformconv', o)

def resize(name, shape, outs, **a):
    b = B()
    x = b.inp('x', shape)
    o = b.op('Resize', [x, '', '', b.k(np.array(outs, np.int64))], **a)
    b.save(name, o)
resize('a30-resize-align-linear', [1, 16, 20, 24], [1, 16, 80, 96], mode='linear', coordinate_transformation_mode='align_corners')
resize('a31-resize-nearest-asym', [1, 24, 32, 32], [1, 24, 96, 96], mode='nearest', coordinate_transformation_mode='asymmetric', nearest_mode='floor')
resize('a32-resize-5d', [1, 4, 8, 24, 24], [1, 4, 16, 48, 48], mode='nearest', coordinate_transformation_mode='asymmetric', nearest_mode='floor')
resize('a33-resize-cubic-down', [1, 6, 64, 64], [1, 6, 40, 40], mode='cubic', cubic_coeff_a=-0.5)
resize('a34-resize-linear-b4-nhwc', [2, 24, 24, 16], [2, 60, 60, 16], mode='linear')
resize('a35-resize-linear-big', [1, 8, 100, 100], [1, 8, 400, 400], mode='linear', coordinate_transformation_mode='half_pixel')

b = B()
bx = b.inp('boxes', [1, 500, 4])
sc = b.inp('scores', [1, 6, 500])
o = b.op('NonMaxSuppression', [bx, sc, b.k(np.array([50], np.int64)), b.k(np.array([0.5], np.float32)), b.k(np.array([0.2], np.float32))])
b.save('a36-nms', o, ot={o: T.INT64})

b = B()
x = b.inp('x', [1, 8000, 1])
o = b.op('STFT', [x, b.k(np.int64(160)), b.k(np.hanning(400).astype(np.float32)), b.k(np.int64(400))])
b.save('a37-stft-400', o)

b = B()
x = b.inp('x', [8, 256, 1])
o = b.op('DFT', [x, '', b.k(np.int64(1))])
b.save('a38-dft-256', o)

b = B()
x = b.inp('x', [16, 3000])
v, i = b.op('TopK', [x, b.k(np.array([20], np.int64))], n=2)
a = b.op('ArgMax', [x], axis=1, keepdims=0)
b.save('a39-topk-argmax', [v, i, a], ot={i: T.INT64, a: T.INT64})

b = B()
x = b.inp('x', [16, 3, 48, 48])
for ci, co, s in [(3, 16, 2), (16, 32, 2), (32, 48, 1)]:
    x = b.op('Relu', [b.op('Conv', [x, b.w_(co, ci, 3, 3), b.w_(co)], strides=[s, s], pads=[1] * 4)])
x = b.op('Gemm', [b.op('Flatten', [b.op('GlobalAveragePool', [x])]), b.w_(48, 20), b.w_(20)])
b.save('a40-cnn-b16', x)

b = B()
x = b.inp('x', [8])
for i in range(2000):
    x = b.op(['Sin', 'Neg', 'Cos', 'Abs'][i % 4], [x])
b.save('a41-tiny-2000', x)

b = B()
x = b.inp('x', [1, 3, 64, 64], T.FLOAT16)
for ci, co, s in [(3, 16, 2), (16, 32, 2)]:
    x = b.op('Relu', [b.op('Conv', [x, b.w_(co, ci, 3, 3, dt=np.float16)], strides=[s, s], pads=[1] * 4)])
x = b.op('Cast', [x], to=T.FLOAT)
b.save('a42-fp16-cnn', x)

b = B()
x = b.inp('x', [32, 96], T.FLOAT16)
x = b.op('MatMul', [x, b.w_(96, 128, dt=np.float16)])
x = b.op('Softmax', [x], axis=-1)
b.save('a43-fp16-matmul', x, ot={x: T.FLOAT16})

b = B()
b.inp('x', [1])
o = b.op('Add', [b.w_(40, 40), b.w_(40, 40)])
o = b.op('MatMul', [o, b.w_(40, 8)])
b.save('a44-constants', o)

b = B()
x = b.inp('x', ['batch', 'seq', 64])
o = b.op('MatMul', [x, b.w_(64, 128)])
o = b.op('Softmax', [o], axis=-1)
o = b.op('ReduceMean', [o, b.k(np.array([1], np.int64))], keepdims=0)
b.save('a45-dynamic-axes', o)

def qdq(b, x, s=0.02, z=128):
    S = b.k(np.float32(s))
    Z = b.k(np.uint8(z))
    return b.op('DequantizeLinear', [b.op('QuantizeLinear', [x, S, Z]), S, Z])

def qw(b, shape):
    S = b.k(np.float32(0.01))
    Z = b.k(np.int8(0))
    return b.op('DequantizeLinear', [b.k(R.randint(-127, 127, shape).astype(np.int8)), S, Z])

b = B()
x = b.inp('x', [1, 3, 64, 64])
x = qdq(b, x)
for ci, co, s, g in [(3, 16, 2, 1), (16, 16, 1, 16), (16, 32, 1, 1), (32, 32, 2, 1)]:
    x = qdq(b, b.op('Relu', [b.op('Conv', [x, qw(b, (co, ci // g, 3, 3))], strides=[s, s], pads=[1] * 4, group=g)]))
x = qdq(b, b.op('GlobalAveragePool', [x]))
x = qdq(b, b.op('MatMul', [b.op('Flatten', [x]), qw(b, (32, 10))]))
b.save('a46-qdq-cnn', x)

b = B()
x = b.inp('x', [1, 32, 96])
x = qdq(b, x)
y = qdq(b, b.op('MatMul', [x, qw(b, (96, 192))]))
y = qdq(b, b.op('MatMul', [y, qw(b, (192, 96))]))
x = b.op('Add', [x, y])
x = b.op('LayerNormalization', [x, b.w_(96), b.w_(96)], axis=-1)
b.save('a47-qdq-mlp', x)

b = B()
x = b.inp('x', [2, 64, 80])
o = b.op('InstanceNormalization', [x, b.w_(64), b.w_(64)])
o = b.op('PRelu', [o, b.w_(64, 1)])
o = b.op('Pad', [o, b.k(np.array([0, 0, 3, 0, 0, 3], np.int64))], mode='reflect')
o = b.op('Tile', [o, b.k(np.array([1, 1, 3], np.int64))])
b.save('a48-norm-pad-tile', o)

b = B()
x = b.inp('x', [1, 64, 32])
i = b.inp('i', [1, 64, 32], T.INT64)
o = b.op('GatherElements', [x, i], axis=1)
p = b.op('GatherND', [o, b.k(R.randint(0, 64, (1, 30, 1)).astype(np.int64))], batch_dims=1)
p = b.op('Trilu', [b.op('MatMul', [p, b.op('Transpose', [p], perm=[0, 2, 1])])])
b.save('a49-gathers-trilu', p)

b = B()
x = b.inp('x', [1, 8, 20, 20])
r = b.inp('rois', [10, 4])
o = b.op('RoiAlign', [x, r, b.k(np.zeros(10, np.int64))], output_height=7, output_width=7, sampling_ratio=2)
b.save('a50-roialign', o)

b = B()
x = b.inp('ids', [1, 24], T.INT64)
e = b.op('Gather', [b.w_(300, 64), x])
o = b.op('RMSNormalization', [e, b.w_(64)])
q = b.op('MatMul', [o, b.w_(64, 64)])
k = b.op('MatMul', [o, b.w_(64, 64)])
v = b.op('MatMul', [o, b.w_(64, 64)])
c = b.k(np.ones((24, 8), np.float32))
s = b.k(np.ones((24, 8), np.float32))
pos = b.k(np.arange(24).reshape(1, 24).astype(np.int64))
q = b.op('RotaryEmbedding', [q, c, s, pos], num_heads=4)
k = b.op('RotaryEmbedding', [k, c, s, pos], num_heads=4)
a = b.op('Attention', [q, k, v], q_num_heads=4, kv_num_heads=4, is_causal=1)
o = b.op('Add', [e, b.op('MatMul', [a, b.w_(64, 64)])])
g = b.op('Swish', [b.op('MatMul', [o, b.w_(64, 160)])])
u = b.op('Mul', [g, b.op('MatMul', [o, b.w_(64, 160)])])
o = b.op('Add', [o, b.op('MatMul', [u, b.w_(160, 64)])])
b.save('a51-opset24-decoder', o, opset=24)

b = B()
x = b.inp('x', [1, 16, 48, 48])
o = b.op('GroupNormalization', [x, b.w_(16), b.w_(16)], num_groups=4)
o = b.op('Mul', [o, b.op('Sigmoid', [o])])
o = b.op('Conv', [o, b.w_(32, 16, 3, 3)], pads=[1] * 4)
o = b.op('DepthToSpace', [o], blocksize=2)
b.save('a52-groupnorm-d2s', o, opset=21)
