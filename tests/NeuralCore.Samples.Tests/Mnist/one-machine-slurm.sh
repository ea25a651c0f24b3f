#!/usr/bin/env bash
# A whole Slurm on this machine, for tests: one-machine-slurm.sh start|stop DIR
# Everything it needs and writes is in DIR: key, configuration, state, logs. Clients find it through SLURM_CONF=DIR/slurm.conf.
# Needs slurm-wlm and munge, and the right to start daemons as the current user.
set -euo pipefail

action="$1"
dir="$(cd "$2" && pwd)"
export SLURM_CONF="$dir/slurm.conf"

start() {
  mkdir -p "$dir/state" "$dir/spool"
  chmod 755 "$dir"
  (umask 077 && head -c 1024 /dev/urandom > "$dir/munge.key")
  munged --force --key-file="$dir/munge.key" --socket="$dir/munge.socket" --pid-file="$dir/munged.pid" --log-file="$dir/munged.log" --seed-file="$dir/munged.seed"

  # Two free ports, different from those of a real installation.
  local port=$((20000 + $$ % 20000))
  cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$dir/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0
ReturnToService=2
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  setsid slurmctld -D -f "$SLURM_CONF" > "$dir/slurmctld.out" 2>&1 < /dev/null &
  setsid slurmd -D -f "$SLURM_CONF" > "$dir/slurmd.out" 2>&1 < /dev/null &
  for _ in $(seq 100); do
    if [ "$(sinfo -h -o %T 2> /dev/null)" = idle ]; then return 0; fi
    sleep 0.2
  done
  echo "Slurm did not come up:" >&2
  tail -n 20 "$dir"/*.log "$dir"/*.out >&2
  stop
  return 1
}

stop() {
  scontrol shutdown > /dev/null 2>&1 || true
  for daemon in slurmctld slurmd; do
    for _ in $(seq 50); do
      if [ ! -s "$dir/$daemon.pid" ] || ! kill -0 "$(cat "$dir/$daemon.pid")" 2> /dev/null; then break; fi
      sleep 0.1
    done
  done
  munged --stop --socket="$dir/munge.socket" > /dev/null 2>&1 || true
}

"$action"
