"""Writes src/formats/tflite/schema.ts from the generated Python classes that the LiteRT wheel carries.

Usage: python scripts/tflite-schema.py .../site-packages/ai_edge_litert/schema_py_generated.py > src/formats/tflite/schema.ts
Left out: options of operators that no engine here runs or that no network under study has (StableHLO, strings, hash
tables, control flow, recurrent cells), sparsity, and what comes after BuiltinOptions (BuiltinOptions2, external buffers).
"""
import re
import sys

SOURCE = open(sys.argv[1]).read()
SCALARS = {"Int8": "byte", "Uint8": "ubyte", "Bool": "bool", "Int16": "short", "Int32": "int", "Uint32": "uint",
           "Int64": "long", "Uint64": "ulong", "Float32": "float"}
LEFT_OUT = re.compile(
    r"StableHLO|RNN|LSTM|Lstm|SVDF|Hash|String|Call|If|While|Var|Bucketize|Random|Sparse|Lsh|LSH|Skip|Concatenate?Embedding"
    r"|Embedding|Unique|Segment|Matrix|Reverse|Rfft|Imag|Real|ComplexAbs|Dilat|Densify|NonMax|Assign|Read|Where|Sign")
LISTED = ["Model", "OperatorCode", "SubGraph", "Tensor", "QuantizationParameters", "Operator", "Buffer", "Metadata",
          "SignatureDef", "TensorMap"]
DROPPED_FIELDS = {"Tensor": {"sparsity", "hasRank", "variantTensors", "externalBuffer"}, "Model": {"externalBufferGroups", "externalBuffers"},
                  "QuantizationParameters": {"details"}, "Operator": {"builtinOptions2", "builtinOptions2Type", "debugMetadataIndex", "largeCustomOptionsOffset", "largeCustomOptionsSize"},
                  "SubGraph": {"debugMetadataIndex"}}


def class_body(name):
    match = re.search(r"^class %s\(object\):\n(.*?)(?=^class |\Z)" % name, SOURCE, re.M | re.S)
    return match.group(1)


def enum(name):
    return [(k, int(v)) for k, v in re.findall(r"^    (\w+) = (-?\d+)$", class_body(name), re.M)]


def field_kind(name, method, body):
    text = re.search(r"    def %s\(self[^)]*\):\n(.*?)(?=\n    # |\ndef |\Z)" % method, body, re.S).group(1)
    vector = "self._tab.Vector(o)" in text
    table = re.search(r"obj = (\w+)\(\)", text)
    number = re.search(r"Get\(flatbuffers\.number_types\.(\w+)Flags, ", text)
    if "self._tab.String(" in text:
        kind = "string"
    elif table:
        kind = table.group(1)
    elif number:
        kind = SCALARS[number.group(1)]
    else:
        kind = "union"
    return "[%s]" % kind if vector else kind


def table(name):
    body = class_body(name)
    fields = []
    adds = re.findall(r"^def %sAdd(\w+)\(builder, \w+\):\n    builder\.Prepend(\w+)Slot\((\d+), (?:[^\n]*?, )?([^,\n]*)\)$" % name, SOURCE, re.M)
    for method, _, slot, default in sorted(adds, key=lambda add: int(add[2])):
        field = method[0].lower() + method[1:]
        if field in DROPPED_FIELDS.get(name, ()):
            continue
        fields.append((field, field_kind(name, method, body), int(slot), default))
    return fields


def show(field, kind, slot, default):
    value = {"True": "true", "False": "false"}.get(default, default)
    plain = value in ("0", "0.0", "false") or kind.startswith("[") or kind in ("string", "union") or kind[0].isupper()
    return "    %s: [%d, \"%s\"%s]," % (field, slot, kind, "" if plain else ", " + value)


options = enum("BuiltinOptions")
kept = [name for name, _ in options[1:] if not LEFT_OUT.search(name)]
print('/** Tables of the .tflite format. Written by scripts/tflite-schema.py from the schema in LiteRT 2.3.0: do not edit. */')
print("/** By table: field name → [slot, type, default where it is not 0, false or absent]; `[x]` is a vector of x. */")
print("export const tables = {")
for name in LISTED + kept:
    fields = table(name)
    if fields:
        print("  %s: {" % name)
        for f in fields:
            print(show(*f))
        print("  },")
    else:
        print("  %s: {}," % name)
print("} as const;\n")
print("/** Tables of the union `builtinOptions`, by the number that `builtinOptionsType` holds. */")
print("export const builtinOptions = {")
for name, number in options:
    if name in kept:
        print("  %s: %d," % (name, number))
print("} as const;\n")
for name, const, what in [("BuiltinOperator", "builtinOperators", "Operators by name"), ("TensorType", "tensorTypes", "Element types"),
                    ("Padding", "paddings", "Padding of convolutions and pools"), ("ActivationFunctionType", "activations", "Activations fused into an operator"), ("MirrorPadMode", "mirrorPadModes", "Modes of MIRROR_PAD")]:
    print("/** %s. */\nexport const %s = {" % (what, const))
    for key, number in enum(name):
        print("  %s: %d," % (key, number))
    print("} as const;\n")
