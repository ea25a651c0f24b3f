#!/usr/bin/env bash
# Joins the shards and writes the report, after the array:
#   sbatch --dependency=afterok:JOB samples/Mnist/slurm/merge.sh OUT [--data DIR]
#SBATCH --job-name=mnist-merge
#SBATCH --time=00:10:00
#SBATCH --output=mnist-merge-%j.log
set -euo pipefail

if [ $# -lt 1 ]; then
  echo "usage: sbatch --dependency=afterok:JOB merge.sh OUT [--data DIR]" >&2
  exit 2
fi
out="$1"
shift
exec dotnet "${MNIST_DLL:-samples/Mnist/bin/Release/net10.0/Mnist.dll}" merge "$out"/shard-* --out "$out/report" "$@"
