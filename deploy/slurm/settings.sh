# shellcheck shell=bash
# What the scripts beside this one share; each of these may be set in the environment of sbatch.

MODEL=${MODEL:-Qwen/Qwen2.5-Coder-7B-Instruct} # builtin: the builtin teacher, without a GPU
LANGS=${LANGS:-python,rust,go}
TARGET=${TARGET:-1000}
OUT=${OUT:-$PWD/runs/$SLURM_JOB_NAME}
LOGS=${LOGS:-$OUT/logs}
CODEGEN=${CODEGEN:-codegen} # as words, such as: apptainer exec codegen.sif codegen
PORT=${PORT:-8000}
export PGPASSWORD=${PGPASSWORD:-} CODEGEN_SERVE_TOKEN=${CODEGEN_SERVE_TOKEN:-}
# shellcheck disable=SC2034 # the scripts use it
read -r -a codegen <<<"$CODEGEN"
mkdir -p "$LOGS"

started=()

# Runs a command beside the others; what is left of them ends with the script.
beside() {
    "$@" &
    started+=($!)
}

# Whatever ends the script ends everything else well, in the order it began.
finish() {
    local status=$?
    trap - EXIT TERM INT
    local process
    for process in "${run:-}" "${started[@]}"; do
        if [ -n "$process" ]; then kill -TERM "$process" 2>/dev/null || true; fi
    done
    wait
    exit "$status"
}
trap finish EXIT
trap 'exit 143' TERM INT
# What Slurm sends before the time is over (#SBATCH --signal): the run ends, and its job is queued again.
trap 'again=yes; if [ -n "${run:-}" ]; then kill -TERM "$run" 2>/dev/null || true; fi' USR1

# Waits until a URL answers, for as long as the process that should answer is there.
until_ready() {
    local url=$1 process=$2
    until curl --fail --silent --output /dev/null "$url"; do
        kill -0 "$process" 2>/dev/null || {
            echo "what should answer at $url has ended; see $LOGS" >&2
            exit 1
        }
        sleep 2
    done
}

# The last command: waits for it, and queues the job again where its time came before its end.
run_to_the_end() {
    "$@" &
    run=$!
    local status=0
    wait "$run" || status=$?
    if [ "${again:-}" = yes ]; then # the signal has broken that wait off
        status=0
        wait "$run" || status=$?
    fi
    run=
    if [ "${again:-}" = yes ] && [ "$status" -ne 0 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
    exit "$status"
}
