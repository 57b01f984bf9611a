# The linter over a solution, with the names of its top level in use: who is given it uses them.
set -eu
folder=$(mktemp -d)
cat "$1" >"$folder/$1"
if [ -f names.js ]; then { echo; cat names.js; } >>"$folder/$1"; fi
exec biome lint --config-path="$PWD/biome.json" --reporter=github --colors=off --max-diagnostics=200 "$folder/$1"
