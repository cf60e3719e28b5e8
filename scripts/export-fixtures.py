"""Exports torchvision and timm models with both ONNX exporters of PyTorch. Nothing is downloaded: weights are random.

    python scripts/export-fixtures.py fixtures test/fixtures/models   # committed fixtures: constant weights, gzip, shapes
    python scripts/export-fixtures.py models DIR [NAME ...]           # random normal weights, plain .onnx, to measure with

Needs torch, torchvision, timm, onnx, onnxscript, onnxruntime. A fixture `<model>.<exporter>.onnx.gz` keeps the graph as
the exporter wrote it; only the values of its large weights are replaced by constants, so that it compresses. Beside it
lies `<model>.<exporter>.shapes.json.gz`: the shape of every tensor that ONNX Runtime itself computed.
"""

import argparse
import gzip
import io
import json
import math
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import torch

TORCHVISION = [
    "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "shufflenet_v2_x1_0", "squeezenet1_1", "mnasnet1_0",
    "efficientnet_b0", "regnet_y_400mf", "regnet_x_400mf", "resnet18", "resnet50", "densenet121", "googlenet",
    "inception_v3", "convnext_tiny", "swin_t", "vgg11", "alexnet", "resnext50_32x4d", "wide_resnet50_2", "vit_b_32",
    "swin_v2_t", "maxvit_t", "efficientnet_v2_s",
]
TIMM = [
    "ghostnet_100", "mobilevit_s", "vit_tiny_patch16_224", "levit_128s", "efficientformer_l1", "repvgg_a0",
    "mobilenetv4_conv_small", "fastvit_t8", "deit_tiny_patch16_224", "mixer_s32_224", "poolformer_s12",
    "edgenext_xx_small", "mobilevitv2_050", "mobileone_s0", "hardcorenas_a", "tinynet_a", "lcnet_100", "fbnetc_100",
    "mnasnet_small", "convmixer_768_32", "resmlp_12_224", "gmlp_s16_224", "xcit_nano_12_p16_224", "cait_xxs24_224",
    "pvt_v2_b0", "pit_ti_224", "crossvit_tiny_240", "coat_tiny", "efficientvit_b0", "efficientvit_m0", "hgnetv2_b0",
    "repghostnet_100", "mobilenetv4_hybrid_medium", "starnet_s1", "ese_vovnet19b_dw", "dla34", "hrnet_w18_small",
    "skresnet18", "resnest14d", "selecsls42b", "cspdarknet53", "nfnet_l0", "res2net50_26w_4s", "ghostnetv2_100",
    "tf_efficientnet_lite0", "rexnet_100", "sequencer2d_s", "nest_tiny", "visformer_tiny", "tiny_vit_5m_224",
    "eva02_tiny_patch14_224", "davit_tiny", "inception_next_atto", "repvit_m0_9", "swiftformer_xs", "tnt_s_patch16_224",
    "volo_d1_224", "gcvit_xxtiny", "focalnet_tiny_srf", "caformer_s18", "fasternet_t0", "shvit_s1", "mambaout_femto",
    "convnextv2_atto", "botnet26t_256", "halonet26t", "lambda_resnet26t", "eca_resnet33ts", "gcresnext26ts",
    "bat_resnext26ts", "mvitv2_tiny", "twins_svt_small", "convit_tiny", "beit_base_patch16_224", "regnetz_b16",
]

# (model, exporter, options): exporter "torchscript" or "dynamo"; options: opset, bn (keep BatchNormalization), int8.
FIXTURES = [
    *[(name, "torchscript", {}) for name in (
        "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x1_0", "squeezenet1_1", "efficientnet_b0",
        "regnet_x_400mf", "resnet18", "densenet121", "googlenet", "swin_t", "ghostnet_100", "mobilevit_s",
        "vit_tiny_patch16_224", "levit_128s", "mobilenetv4_conv_small", "edgenext_xx_small", "poolformer_s12")],
    *[(name, "dynamo", {}) for name in (
        "mobilenet_v2", "mobilenet_v3_large", "shufflenet_v2_x1_0", "mnasnet1_0", "efficientnet_b0",
        "regnet_y_400mf", "resnet50", "inception_v3", "convnext_tiny", "swin_t", "ghostnet_100", "mobilevit_s",
        "vit_tiny_patch16_224", "levit_128s", "efficientformer_l1", "repvgg_a0", "fastvit_t8",
        "deit_tiny_patch16_224", "mixer_s32_224")],
    ("mobilenet_v3_small", "torchscript", {"opset": 9}),
    ("mobilenet_v2", "torchscript", {"opset": 11, "bn": True}),
    ("resnet18", "torchscript", {"opset": 13, "bn": True, "dynamic": True}),
    ("vit_tiny_patch16_224", "dynamo", {"opset": 23}),
    ("mobilenet_v2", "torchscript", {"int8": True}),
    ("resnet18", "dynamo", {"int8": True}),
    ("mobilenet_v3_small", "torchscript", {"int8": True}),
    ("squeezenet1_1", "dynamo", {"int8": True}),
]


def create(name: str) -> torch.nn.Module:
    if name in TORCHVISION:
        import torchvision
        extra = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
        model = getattr(torchvision.models, name)(weights=None, **extra)
    else:
        import timm
        # One standard path for attention; timm's "fused" switch is for CUDA kernels.
        model = timm.create_model(name, pretrained=False, exportable=True)
    return randomise(model.eval())


@torch.no_grad()
def randomise(model: torch.nn.Module) -> torch.nn.Module:
    """Random normal weights of the usual scale everywhere: no zeros, no 1e-6 layer scales, no denormals at run time."""
    generator = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim >= 2:
            parameter.copy_(noise / math.sqrt(max(1, parameter[0].numel())))
        elif name.endswith("bias"):
            parameter.copy_(0.02 * noise)
        else:
            parameter.copy_(1 + 0.1 * noise)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(0.1 * torch.randn(buffer.shape, generator=generator))
        elif name.endswith("running_var"):
            buffer.copy_(0.5 + torch.rand(buffer.shape, generator=generator))
    return model


def image_size(name: str, model: torch.nn.Module) -> int:
    if name == "inception_v3":
        return 299
    if name in TORCHVISION:
        return 224
    return model.pretrained_cfg["input_size"][-1]


def export(name: str, exporter: str, opset: int | None = None, bn: bool = False, dynamic: bool = False) -> onnx.ModelProto:
    model = create(name)
    size = image_size(name, model)
    image = torch.zeros(1, 3, size, size)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.onnx"
        if exporter == "dynamo":
            torch.onnx.export(model, (image,), path, dynamo=True, opset_version=opset or 20, external_data=False,
                              input_names=["input"], output_names=["output"], verbose=False)
        else:
            mode = torch.onnx.TrainingMode.PRESERVE if bn else torch.onnx.TrainingMode.EVAL
            torch.onnx.export(model, (image,), path, dynamo=False, opset_version=opset or 17, training=mode,
                              input_names=["input"], output_names=["output"],
                              dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}} if dynamic else None)
        return onnx.load(path)


def quantise(model: onnx.ModelProto) -> onnx.ModelProto:
    """QDQ int8 by ONNX Runtime's own tool, calibrated on random images."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    size = model.graph.input[0].type.tensor_type.shape.dim[2].dim_value

    class Images(CalibrationDataReader):
        def __init__(self):
            generator = np.random.default_rng(0)
            self.items = iter([{"input": generator.standard_normal((1, 3, size, size), np.float32)} for _ in range(4)])

        def get_next(self):
            return next(self.items, None)

    with tempfile.TemporaryDirectory() as folder:
        onnx.save(model, f"{folder}/fp32.onnx")
        quant_pre_process(f"{folder}/fp32.onnx", f"{folder}/prepared.onnx", skip_symbolic_shape=True)
        quantize_static(f"{folder}/prepared.onnx", f"{folder}/int8.onnx", Images(), quant_format=QuantFormat.QDQ,
                        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, per_channel=True,
                        extra_options={"ActivationSymmetric": False})
        return onnx.load(f"{folder}/int8.onnx")


def flatten_weights(model: onnx.ModelProto) -> None:
    """Large weights become constants. After the export, else the exporter would merge equal weights into one."""
    for tensor in model.graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.size <= 32 or array.dtype.kind not in "fiu" or array.dtype == np.int64:
            continue
        if array.dtype.kind != "f":
            # Weights with another zero point than 0 have no integer kernel.
            value = 0 if tensor.name.endswith("zero_point") else 1
        elif array.ndim == 1:
            value = np.float16(array.mean())
        else:
            value = np.float16(1 / math.prod(array.shape[1:]))
        tensor.CopyFrom(onnx.numpy_helper.from_array(np.full(array.shape, value, array.dtype), tensor.name))


def runtime_shapes(model: onnx.ModelProto) -> dict[str, list[int]]:
    """What ONNX Runtime, optimisations off, computes for every tensor of the main graph."""
    import onnxruntime

    known = {output.name for output in model.graph.output}
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    for node in model.graph.node:
        for output in node.output:
            if output and output not in known:
                known.add(output)
                probe.graph.output.append(onnx.ValueInfoProto(name=output))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feeds = {}
    for tensor in session.get_inputs():
        shape = [size if isinstance(size, int) else 1 for size in tensor.shape]
        feeds[tensor.name] = np.zeros(shape, np.float32)
    names = [output.name for output in session.get_outputs()]
    values = session.run(names, feeds)
    shapes = {name: list(array.shape) for name, array in feeds.items()}
    shapes.update({name: list(np.shape(value)) for name, value in zip(names, values)})
    return shapes


def fixture_name(model: str, exporter: str, options: dict) -> str:
    parts = [model, exporter]
    if "opset" in options:
        parts.append(f"opset{options['opset']}")
    parts += [key for key in ("bn", "dynamic", "int8") if options.get(key)]
    return ".".join(parts)


def write_gzip(path: pathlib.Path, content: bytes) -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(content)
    path.write_bytes(buffer.getvalue())


def write_fixture(folder: pathlib.Path, name: str, exporter: str, options: dict) -> None:
    options = dict(options)
    stem = fixture_name(name, exporter, options)
    int8 = options.pop("int8", False)
    model = export(name, exporter, **options)
    if int8:
        model = quantise(model)
    flatten_weights(model)
    shapes = runtime_shapes(model)
    write_gzip(folder / f"{stem}.onnx.gz", model.SerializeToString())
    write_gzip(folder / f"{stem}.shapes.json.gz", json.dumps(shapes, separators=(",", ":")).encode())
    size = (folder / f"{stem}.onnx.gz").stat().st_size
    print(f"{stem}: {size / 1024:.0f} kB, {len(model.graph.node)} nodes, {len(shapes)} shapes", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fixtures", "models"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--exporter", choices=["torchscript", "dynamo"])
    parser.add_argument("--missing", action="store_true", help="leave alone what is there already")
    args = parser.parse_intermixed_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    if args.what == "fixtures":
        jobs = [job for job in FIXTURES if not args.names or job[0] in args.names]
    else:
        exporters = [args.exporter] if args.exporter else ["torchscript", "dynamo"]
        jobs = [(name, exporter, {}) for name in args.names or TORCHVISION + TIMM for exporter in exporters]
    for name, exporter, options in jobs:
        stem = fixture_name(name, exporter, options)
        target = args.folder / (f"{stem}.onnx.gz" if args.what == "fixtures" else f"{stem}.onnx")
        if args.missing and target.exists():
            continue
        try:
            if args.what == "fixtures":
                write_fixture(args.folder, name, exporter, options)
            else:
                partial = target.with_suffix(".part")
                onnx.save(export(name, exporter), partial)
                partial.rename(target)
                print(stem, flush=True)
        except Exception as error:  # one model that cannot be exported must not stop the others; it is reported
            failed += 1
            print(f"{stem}: FAILED {type(error).__name__}: {str(error)[:300]}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
