#!/usr/bin/env bash
# One shard of the report for each task of a Slurm job array. From the repository's root, built with dotnet build -c Release:
#   sbatch --array=1-N samples/Mnist/slurm/report.sh N OUT [options of report]
# A task that was stopped (time limit, node failure, requeue) continues where it stopped when it runs again.
#SBATCH --job-name=mnist-report
#SBATCH --cpus-per-task=2
#SBATCH --time=02:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=mnist-report-%A-%a.log
set -euo pipefail

if [ $# -lt 2 ] || [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
  echo "usage: sbatch --array=1-N report.sh N OUT [options of report]" >&2
  exit 2
fi
shards="$1"
out="$2"
shift 2

# The shard count is an argument rather than the array's size, so that --array=3 repeats only the third shard.
exec dotnet "${MNIST_DLL:-samples/Mnist/bin/Release/net10.0/Mnist.dll}" report \
  --shard "$SLURM_ARRAY_TASK_ID/$shards" --jobs "${SLURM_CPUS_PER_TASK:-1}" --out "$out/shard-$SLURM_ARRAY_TASK_ID" "$@"
