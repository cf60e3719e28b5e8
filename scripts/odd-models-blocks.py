"""Single operators and small blocks as ONNX files, of kinds that odd-models*.py lack, for `litepred evaluate cases FOLDER`.
Usage: python scripts/odd-models-blocks.py FOLDER (needs onnx and numpy; random weights)."""
import numpy as np

from odd_model import I64, MS, R, T, ints, one

# normalisations
one('d01-groupnorm21', lambda b: b.op('GroupNormalization', [b.inp('x',[1,64,40,40]), b.k(np.ones(64,np.float32)), b.k(np.zeros(64,np.float32))], num_groups=8), 21)
one('d02-instancenorm', lambda b: b.op('InstanceNormalization', [b.inp('x',[2,48,64,64]), b.k(np.ones(48,np.float32)), b.k(np.zeros(48,np.float32))]))
one('d03-rmsnorm23', lambda b: b.op('RMSNormalization', [b.inp('x',[1,128,768]), b.k(np.ones(768,np.float32))]), 23)
one('d04-simplified-skip', lambda b: b.op('SkipSimplifiedLayerNormalization', [b.inp('x',[1,64,512]), b.inp('y',[1,64,512]), b.k(np.ones(512,np.float32))], domain=MS))
one('d05-lpnorm-mvn', lambda b: b.op('LpNormalization', [b.op('MeanVarianceNormalization', [b.inp('x',[1,32,64,64])], axes=[0,2,3])], axis=1))
one('d06-batchnorm-alone', lambda b: b.op('BatchNormalization', [b.op('Relu',[b.inp('x',[1,64,56,56])])]+[b.k(np.abs(R.randn(64)).astype(np.float32)) for _ in range(4)]))
# activations
def acts(b):
    x = b.inp('x',[1,64,56,56])
    for t in ('Mish','Celu','Softplus','Softsign','HardSwish','Selu','ThresholdedRelu','Shrink','Elu','Erf','Tan','Sinh'): x = b.op(t,[x])
    return x
one('d07-activations', acts)
one('d08-logsoftmax-hardmax', lambda b: b.op('Hardmax',[b.op('LogSoftmax',[b.inp('x',[64,1000])])]))
one('d09-fastgelu-chain', lambda b: b.op('QuickGelu',[b.op('FastGelu',[b.inp('x',[1,256,1024]), b.w_(1024)],domain=MS)],domain=MS))
# shapes and memory
one('d10-spacetodepth', lambda b: b.op('DepthToSpace',[b.op('SpaceToDepth',[b.inp('x',[1,16,128,128])],blocksize=4)],blocksize=2,mode='CRD'))
one('d11-tile-expand-pad', lambda b: b.op('Pad',[b.op('Tile',[b.op('Expand',[b.inp('x',[1,32,1,56]), b.k(ints(1,32,56,56))]), b.k(ints(1,1,2,2))]), b.k(ints(0,0,3,3,0,0,3,3))],mode='reflect'))
one('d12-gather-elements-nd', lambda b: b.op('GatherND',[b.op('GatherElements',[b.inp('x',[256,512]), b.k(R.randint(0,256,(256,512)).astype(I64))],axis=0), b.k(R.randint(0,256,(900,1)).astype(I64))]))
one('d13-embedding-bag', lambda b: b.op('ReduceSum',[b.op('Gather',[b.w_(30000,128), b.inp('i',[64,20],T.INT64)]), b.k(ints(1))],keepdims=0))
one('d14-where-compare', lambda b: b.op('Where',[b.op('Greater',[b.inp('x',[1,32,128,128]), b.inp('y',[1,32,128,128])]), b.op('Mul',['x','y']), b.op('Sub',['x','y'])]))
one('d15-onehot-argmax', lambda b: b.op('OneHot',[b.op('ArgMax',[b.inp('x',[64,512])],axis=1,keepdims=0), b.k(np.int64(512)), b.k(np.array([0,1],np.float32))]))
one('d16-nonzero-unique', lambda b: b.op('NonZero',[b.op('Relu',[b.inp('x',[128,128])])]), ot=T.INT64)
one('d17-slices-concat', lambda b: b.op('Concat',[b.op('Slice',['x' if i else b.inp('x',[1,12,320,320]), b.k(ints(i%2,i//2)), b.k(ints(320,320)), b.k(ints(2,3)), b.k(ints(2,2))]) for i in range(4)],axis=1))
one('d18-roll-windows', lambda b: b.op('Reshape',[b.op('Transpose',[b.op('Reshape',[b.inp('x',[1,56,56,96]), b.k(ints(1,8,7,8,7,96))])],perm=[0,1,3,2,4,5]), b.k(ints(64,49,96))]))
one('d19-cumsum-reverse', lambda b: b.op('ReverseSequence',[b.op('CumSum',[b.inp('x',[100,16,64]), b.k(np.int64(0))]), b.k(np.full(16,90,I64))],time_axis=0,batch_axis=1))
one('d20-trilu-range', lambda b: b.op('Softmax',[b.op('Add',[b.inp('x',[1,8,196,196]), b.op('Trilu',[b.k(np.full((196,196),-1e4,np.float32)), b.k(np.int64(1))],upper=1)])]))
# pooling, roi
one('d21-roialign', lambda b: b.op('RoiAlign',[b.inp('x',[1,256,40,40]), b.k((R.rand(64,4)*20+np.array([0,0,15,15])).astype(np.float32)), b.k(np.zeros(64,I64))],output_height=7,output_width=7,sampling_ratio=2,spatial_scale=1.0))
one('d22-maxpool-3d', lambda b: b.op('AveragePool',[b.op('MaxPool',[b.inp('x',[1,16,16,32,32])],kernel_shape=[2,2,2],strides=[2,2,2])],kernel_shape=[3,3,3],pads=[1]*6))
one('d23-maxpool-indices', lambda b: b.op('MaxUnpool',list(b.op('MaxPool',[b.inp('x',[1,32,64,64])],n=2,kernel_shape=[2,2],strides=[2,2])),kernel_shape=[2,2],strides=[2,2]))
one('d24-pool-large', lambda b: b.op('AveragePool',[b.inp('x',[1,64,56,56])],kernel_shape=[13,13],pads=[6]*4))
one('d25-reduce-axes', lambda b: b.op('ReduceL2',[b.op('ReduceMax',[b.inp('x',[8,64,64,64]), b.k(ints(1))]), b.k(ints(3))],keepdims=0))
# transformers, LLM
one('d26-rotary', lambda b: b.op('RotaryEmbedding',[b.inp('x',[1,12,64,64]), b.k(np.arange(64,dtype=I64)[None]), b.w_(128,32), b.w_(128,32)],domain=MS))
one('d27-multihead-packed', lambda b: b.op('MultiHeadAttention',[b.inp('q',[1,196,192]), b.inp('k',[1,196,192]), b.inp('v',[1,196,192])],domain=MS,num_heads=3))
one('d28-skiplayernorm', lambda b: b.op('SkipLayerNormalization',[b.inp('x',[1,128,768]), b.inp('y',[1,128,768]), b.k(np.ones(768,np.float32)), b.k(np.zeros(768,np.float32)), b.k(np.zeros(768,np.float32))],domain=MS))
one('d29-embedlayernorm', lambda b: b.op('EmbedLayerNormalization',[b.inp('i',[1,128],T.INT32), b.inp('s',[1,128],T.INT32), b.w_(3000,256), b.w_(512,256), b.w_(2,256), b.k(np.ones(256,np.float32)), b.k(np.zeros(256,np.float32))],n=2,domain=MS)[0])
def swiglu(b):
    x = b.inp('x',[1,32,512]); g = b.op('MatMul',[x,b.w_(512,1376)]); u = b.op('MatMul',[x,b.w_(512,1376)])
    return b.op('MatMul',[b.op('Mul',[b.op('Mul',[g,b.op('Sigmoid',[g])]),u]), b.w_(1376,512)])
one('d30-swiglu', swiglu)
def relpos(b):
    x = b.inp('x',[1,196,192]); q = b.op('MatMul',[x,b.w_(192,192)]); q = b.op('Transpose',[b.op('Reshape',[q,b.k(ints(1,196,3,64))])],perm=[0,2,1,3])
    k = b.op('Transpose',[b.op('Reshape',[b.op('MatMul',[x,b.w_(192,192)]),b.k(ints(1,196,3,64))])],perm=[0,2,3,1])
    s = b.op('Softmax',[b.op('Add',[b.op('Mul',[b.op('MatMul',[q,k]),b.k(np.float32(.125))]), b.w_(1,3,196,196)])])
    return b.op('MatMul',[s,q])
one('d31-relpos-attention', relpos)
# classical and signal
one('d32-dft-mel', lambda b: b.op('MatMul',[b.op('ReduceL2',[b.op('DFT',[b.inp('x',[1,50,400,1]), '', b.k(np.int64(2))],onesided=1), b.k(ints(3))],keepdims=0), b.w_(201,80)]))
one('d33-scatter-elements', lambda b: b.op('ScatterElements',[b.inp('x',[256,256]), b.k(R.randint(0,256,(64,256)).astype(I64)), b.inp('u',[64,256])],axis=0,reduction='add'))
one('d34-conv-asymmetric', lambda b: b.op('Conv',[b.op('Conv',[b.inp('x',[1,64,35,35]), b.w_(64,64,1,7)],pads=[0,3,0,3]), b.w_(96,64,7,1)],pads=[3,0,3,0]))
one('d35-conv-dilated-same', lambda b: b.op('Conv',[b.op('Conv',[b.inp('x',[1,128,33,33]), b.w_(128,128,3,3)],dilations=[6,6],pads=[6]*4), b.w_(128,32,3,3)],dilations=[12,12],pads=[12]*4,group=4))
one('d36-conv-nopad-stride3', lambda b: b.op('Clip',[b.op('Conv',[b.inp('x',[1,3,300,300]), b.w_(32,3,5,5), b.w_(32)],strides=[3,3],auto_pad='VALID'), b.k(np.float32(0)), b.k(np.float32(6))]))
one('d37-convtranspose-groups', lambda b: b.op('ConvTranspose',[b.inp('x',[1,32,28,28]), b.w_(32,4,4,4)],group=8,strides=[2,2],pads=[1]*4))
one('d38-matmul-broadcast', lambda b: b.op('MatMul',[b.inp('x',[8,1,64,128]), b.inp('y',[1,6,128,96])]))
one('d39-gemm-transA', lambda b: b.op('Gemm',[b.inp('x',[512,64]), b.w_(256,512), b.w_(256)],transA=1,transB=1,alpha=0.5,beta=2.0))
one('d40-double-mlp', lambda b: b.op('Tanh',[b.op('MatMul',[b.inp('x',[16,256],T.DOUBLE), b.k(R.randn(256,512))])]), ot=T.DOUBLE)
one('d41-int-arithmetic', lambda b: b.op('Mod',[b.op('Mul',[b.inp('x',[256,256],T.INT64), b.k(np.int64(7))]), b.k(np.int64(13))]), ot=T.INT64)
one('d42-prelu-instance', lambda b: b.op('PRelu',[b.op('Conv',[b.inp('x',[1,32,64,64]), b.w_(32,32,3,3)],pads=[1]*4), b.w_(32,1,1)]))
