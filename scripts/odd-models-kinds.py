"""More files of the kinds that odd-models-fresh.py has, in other sizes and settings, for `litepred evaluate cases FOLDER`.
Usage: python scripts/odd-models-kinds.py FOLDER (needs onnx and numpy; random weights)."""
import numpy as np

from odd_model import I64, MS, R, T, ints, one

F = np.float32

# recurrent
one('e01-lstm-tagger', lambda b: b.op('LSTM', [b.inp('x',[40,2,96]), b.w_(1,4*160,96), b.w_(1,4*160,160), b.w_(1,8*160)], hidden_size=160))
one('e02-gru-bi', lambda b: b.op('GRU', [b.inp('x',[120,1,80]), b.w_(2,3*128,80), b.w_(2,3*128,128), b.w_(2,6*128)], hidden_size=128, direction='bidirectional', linear_before_reset=1))
one('e03-lstm-one-step', lambda b: b.op('LSTM', [b.inp('x',[1,1,512]), b.w_(1,2048,512), b.w_(1,2048,512), b.w_(1,4096), '', b.inp('h',[1,1,512]), b.inp('c',[1,1,512])], hidden_size=512))
def lstm_stack(b):
    x = b.inp('x',[64,4,64])
    for _ in range(2):
        x = b.op('Squeeze', [b.op('LSTM', [x, b.w_(1,512,64 if _ == 0 else 128), b.w_(1,512,128), b.w_(1,1024)], hidden_size=128), b.k(ints(1))])
    return b.op('MatMul', [x, b.w_(128,50)])
one('e04-lstm-stack', lstm_stack)
# convolutions of other ranks
one('e05-conv3d-clip', lambda b: b.op('Relu', [b.op('Conv', [b.op('Relu', [b.op('Conv', [b.inp('x',[1,3,8,56,56]), b.w_(24,3,3,5,5)], strides=[1,2,2], pads=[1,2,2,1,2,2])]), b.w_(48,24,3,3,3)], pads=[1]*6)]))
one('e06-conv1d-residual', lambda b: b.op('Add', [b.inp('x',[2,128,600]), b.op('Conv', [b.op('Relu', [b.op('Conv', ['x', b.w_(256,128,3)], pads=[1,1])]), b.w_(128,256,1)])]))
one('e07-deconv1d', lambda b: b.op('Tanh', [b.op('ConvTranspose', [b.op('LeakyRelu', [b.inp('x',[1,128,200])]), b.w_(128,64,8)], strides=[4], pads=[2,2])]))
one('e08-deconv-seg', lambda b: b.op('ConvTranspose', [b.op('Relu', [b.op('ConvTranspose', [b.inp('x',[1,96,20,20]), b.w_(96,48,2,2)], strides=[2,2])]), b.w_(48,8,4,4)], strides=[2,2], pads=[1]*4))
one('e09-deform', lambda b: b.op('DeformConv', [b.inp('x',[1,48,24,24]), b.w_(48,48,3,3), b.inp('o',[1,18,24,24])], kernel_shape=[3,3], pads=[1]*4), 22)
# products
one('e10-einsum-outer', lambda b: b.op('Einsum', [b.inp('x',[2,6,96,32]), b.inp('y',[2,6,80,32])], equation='bhid,bhjd->bhij'))
one('e11-fusedmatmul', lambda b: b.op('FusedMatMul', [b.inp('x',[4,128,256]), b.w_(320,256)], transB=1, alpha=0.5, domain=MS))
def nbits(rows, k, n, block, bits=4, **a):
    def build(b):
        blocks = k // block
        w = b.k(R.randint(0,256,(n, blocks, block*bits//8)).astype(np.uint8)); s = b.k(np.abs(R.randn(n*blocks)*0.01).astype(F))
        return b.op('MatMulNBits', [b.inp('x',[1,rows,k]), w, s], K=k, N=n, bits=bits, block_size=block, domain=MS, **a)
    return build
one('e12-nbits4-row1-2048', nbits(1,2048,2048,32))
one('e13-nbits4-rows64', nbits(64,1024,1024,64))
one('e14-nbits4-acc4-rows16', nbits(16,1024,3072,32,accuracy_level=4))
one('e15-dynamic-transformer-ffn', lambda b: b.dynamic_product(b.op('Relu',[b.dynamic_product(b.inp('x',[1,64,256]), R.randint(-127,127,(256,1024)).astype(np.int8))]), R.randint(-127,127,(1024,256)).astype(np.int8)))
def qlinear_block(b):
    z = b.k(np.uint8(128)); s = b.k(F(0.02)); zw = b.k(np.int8(0))
    x = b.op('QuantizeLinear', [b.inp('x',[1,48,28,28]), s, z])
    y = b.op('QLinearConv', [x, s, z, b.k(R.randint(-127,127,(48,48,3,3)).astype(np.int8)), s, zw, s, z], pads=[1]*4)
    y = b.op('QLinearAdd', [x, s, z, y, s, z, s, z], domain=MS)
    return b.op('DequantizeLinear', [b.op('QLinearSigmoid', [y, s, z, s, z], domain=MS), s, z])
one('e16-qlinear-residual', qlinear_block)
def qdq_conv(b):
    s = b.k(F(0.02)); z = b.k(np.uint8(128)); zw = b.k(np.int8(0))
    q = lambda t: b.op('DequantizeLinear', [b.op('QuantizeLinear', [t, s, z]), s, z])
    w = lambda *shape: b.op('DequantizeLinear', [b.k(R.randint(-127,127,shape).astype(np.int8)), s, zw])
    x = q(b.inp('x',[1,3,96,96]))
    x = q(b.op('Relu', [b.op('Conv', [x, w(16,3,3,3)], strides=[2,2], pads=[1]*4)]))
    x = q(b.op('Relu', [b.op('Conv', [x, w(16,1,3,3)], group=16, pads=[1]*4)]))
    x = q(b.op('Relu', [b.op('Conv', [x, w(32,16,1,1)])]))
    return b.op('GlobalAveragePool', [x])
one('e17-qdq-mobile', qdq_conv)
# attention
def gqa(seq, past):
    def build(b):
        h, kv, d = 16, 4, 64
        q = b.inp('q',[1,seq,h*d]); k = b.inp('k',[1,seq,kv*d]); v = b.inp('v',[1,seq,kv*d])
        pk = b.inp('pk',[1,kv,past,d]); pv = b.inp('pv',[1,kv,past,d])
        return b.op('GroupQueryAttention', [q,k,v,pk,pv, b.k(np.array([past+seq-1],np.int32)), b.k(np.array(past+seq,np.int32))], n=3, num_heads=h, kv_num_heads=kv, domain=MS)[0]
    return build
one('e18-gqa-decode-256', gqa(1,256))
one('e19-gqa-decode-2000', gqa(1,2000))
one('e20-attention23', lambda b: b.op('Attention', [b.inp('q',[1,8,128,64]), b.inp('k',[1,8,128,64]), b.inp('v',[1,8,128,64])]), 23)
one('e21-mha-bias', lambda b: b.op('MultiHeadAttention', [b.inp('q',[2,64,256]), b.inp('k',[2,64,256]), b.inp('v',[2,64,256]), b.w_(768)], num_heads=4, domain=MS))
one('e22-biasgelu', lambda b: b.op('BiasGelu', [b.op('MatMul',[b.inp('x',[1,200,192]), b.w_(192,768)]), b.w_(768)], domain=MS))
# sampling, resizing
one('e23-gridsample-batch', lambda b: b.op('GridSample', [b.inp('x',[2,32,40,40]), b.inp('g',[2,60,60,2])], mode='linear' , align_corners=1))
one('e24-resize-half', lambda b: b.op('Resize', [b.inp('x',[1,32,128,128]), '', b.k(np.array([1,1,.5,.5],F))], mode='linear', coordinate_transformation_mode='half_pixel'))
one('e25-resize-nearest-odd', lambda b: b.op('Resize', [b.inp('x',[1,64,20,20]), '', '', b.k(ints(1,64,50,50))], mode='nearest', coordinate_transformation_mode='asymmetric', nearest_mode='floor'))
one('e26-resize-cubic-down', lambda b: b.op('Resize', [b.inp('x',[1,8,200,200]), '', '', b.k(ints(1,8,120,120))], mode='cubic'))
one('e27-resize-volume', lambda b: b.op('Resize', [b.inp('x',[1,16,10,20,20]), '', b.k(np.array([1,1,2,2,2],F))], mode='nearest', coordinate_transformation_mode='asymmetric', nearest_mode='floor'))
# others
one('e28-scatternd-update', lambda b: b.op('ScatterND', [b.inp('x',[512,128]), b.k(R.randint(0,512,(64,1)).astype(I64)), b.inp('u',[64,128])]))
one('e29-cumsum-long', lambda b: b.op('CumSum', [b.inp('x',[16,4096]), b.k(np.int64(1))]))
one('e30-lrn-alexnet', lambda b: b.op('LRN', [b.op('Relu',[b.inp('x',[1,96,27,27])])], size=5))
one('e31-lppool', lambda b: b.op('LpPool', [b.inp('x',[1,64,56,56])], kernel_shape=[3,3], strides=[2,2], p=2))
def nms(b):
    return b.op('NonMaxSuppression', [b.inp('b',[1,400,4]), b.inp('s',[1,5,400]), b.k(ints(20)), b.k(np.array([.5],F)), b.k(np.array([.3],F))])
one('e32-nms-400', nms, ot=T.INT64)
one('e33-stft-1024', lambda b: b.op('STFT', [b.inp('x',[1,8000,1]), b.k(np.int64(256)), b.k(np.hanning(1024).astype(F)), b.k(np.int64(1024))]))
def tiny(b):
    x = b.inp('x',[4])
    for i in range(800): x = b.op(['Add','Mul','Sub'][i % 3], [x, b.k(R.rand(4).astype(F))])
    return x
one('e34-tiny-800', tiny)
def half(b):
    x = b.inp('x',[1,16,56,56],T.FLOAT16)
    x = b.op('Relu',[b.op('Conv',[x, b.k((R.randn(32,16,3,3)*.1).astype(np.float16))],pads=[1]*4)])
    return b.op('Conv',[x, b.k((R.randn(32,32,1,1)*.1).astype(np.float16))])
one('e35-fp16-conv', half, ot=T.FLOAT16)
def batch(b):
    x = b.op('Relu',[b.op('Conv',[b.inp('x',[12,3,64,64]), b.w_(24,3,3,3)],strides=[2,2],pads=[1]*4)])
    x = b.op('Relu',[b.op('Conv',[x, b.w_(24,1,3,3)],group=24,pads=[1]*4)])
    x = b.op('Relu',[b.op('Conv',[x, b.w_(64,24,1,1)])])
    return b.op('Gemm',[b.op('Flatten',[b.op('GlobalAveragePool',[x])]), b.w_(64,10), b.w_(10)])
one('e36-cnn-b12', batch)
