"""Writes a dense network as an ONNX model: Gemm, Relu between, Softmax at the end; opset 13, IR version 8.

    write_onnx.py WEIGHTS MODEL WIDTH WIDTH ...

WEIGHTS holds 32-bit floats, little-endian: for each layer the kernel [inputs, units] row-major, then the bias. One sample goes in and one comes out.
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def main():
    weights_path, model_path = sys.argv[1:3]
    widths = [int(width) for width in sys.argv[3:]]
    values = np.fromfile(weights_path, "<f4")
    nodes, initializers, position, current = [], [], 0, "input"
    for layer, (inputs, units) in enumerate(zip(widths, widths[1:])):
        kernel = values[position:position + inputs * units].reshape(inputs, units)
        position += inputs * units
        bias = values[position:position + units]
        position += units
        initializers += [numpy_helper.from_array(kernel, f"kernel{layer}"), numpy_helper.from_array(bias, f"bias{layer}")]
        nodes.append(helper.make_node("Gemm", [current, f"kernel{layer}", f"bias{layer}"], [f"sum{layer}"]))
        last = layer == len(widths) - 2
        current = "output" if last else f"active{layer}"
        nodes.append(helper.make_node("Softmax", [f"sum{layer}"], [current], axis=1) if last else helper.make_node("Relu", [f"sum{layer}"], [current]))
    if position != len(values):
        sys.exit(f"{weights_path} holds {len(values)} values, the widths {widths} need {position}")
    graph = helper.make_graph(
        nodes, "baseline",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, widths[0]])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, widths[-1]])],
        initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, model_path)


if __name__ == "__main__":
    main()
