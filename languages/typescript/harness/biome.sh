# The linter over a solution as it is; what is unused is the compiler's business.
exec biome lint --config-path="$PWD/biome.json" --skip=correctness/noUnusedVariables --skip=correctness/noUndeclaredVariables \
    --reporter=github --colors=off --max-diagnostics=200 "$1"
