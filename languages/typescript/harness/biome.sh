# The linter over a solution as it is; what is unused is the compiler's business, and what is exported ours.
exec biome lint --config-path="$PWD/biome.json" --reporter=github --colors=off --max-diagnostics=200 \
    --skip=correctness/noUnusedVariables --skip=correctness/noUndeclaredVariables --skip=style/useExportType "$1"
