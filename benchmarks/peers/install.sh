#!/bin/sh
# Installs what `compare` measures NeuralCore against, on Debian. Each peer is optional: absent ones are named in the tables.
set -eu
cd "$(dirname "$0")"

apt-get install -y --no-install-recommends \
    libopenblas0-pthread libopenblas0-openmp libdnnl2 \
    python3-torch python3-numpy python3-onnx nodejs npm

# Only the native library inside is used, from C#; --ignore-scripts keeps the package from downloading anything else.
npm install --no-save --no-package-lock --ignore-scripts onnxruntime-node@1.30.0
