#!/bin/sh
# The standard library and the harness packages, compiled once; go-compile and friends on the PATH.
# OUT is seen as /opt/codegen/go later, so the importcfg names that path.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# a build cache that outlives this script spares minutes at the next change of a harness file
export GOCACHE="${CODEGEN_CACHE:-$work}/go-build" GOFLAGS=-trimpath GO111MODULE=off CGO_ENABLED=0 GOTOOLCHAIN=local GOENV=off
export HOME="$work"
tools=$(go env GOTOOLDIR)
mkdir -p "$OUT/bin" "$OUT/pkg"

tool() {
    if [ -x "$tools/$1" ]; then
        ln -sf "$tools/$1" "$OUT/bin/go-$1"
    else
        cp "$(go tool -n "$1")" "$OUT/bin/go-$1"
    fi
}
tool compile
tool link
tool vet
cp "$SRC/packages.sh" "$OUT/bin/go-packages"
chmod 755 "$OUT/bin/go-packages"
if found=$(command -v staticcheck); then cp "$found" "$OUT/bin/staticcheck"; fi

go list -export -f '{{if .Export}}{{.ImportPath}} {{.Export}}{{end}}' std >"$work/std"
: >"$OUT/importcfg"
while read -r path file; do
    case $path in cmd/*|vendor/*test*) continue ;; esac
    name=$(printf %s "$path" | tr / .).a
    cp "$file" "$OUT/pkg/$name"
    echo "packagefile $path=/opt/codegen/go/pkg/$name" >>"$OUT/importcfg"
done <"$work/std"

{
    echo '{"ID": "solution", "Compiler": "gc", "Dir": "/job", "ImportPath": "solution", "GoFiles": ["solution.go"],'
    echo '"ImportMap": {'
    awk '{print sep "\"" $1 "\": \"" $1 "\""; sep=","}' "$work/std"
    echo '}, "Standard": {'
    awk '{print sep "\"" $1 "\": true"; sep=","}' "$work/std"
    echo '}, "PackageFile": {'
    sed -n 's/^packagefile \(.*\)=\(.*\)$/"\1": "\2"/p' "$OUT/importcfg" | sed '$!s/$/,/'
    echo '}, "PackageVetx": {}, "VetxOnly": false, "VetxOutput": "lint.vetx", "SucceedOnTypecheckFailure": true,'
    echo "\"GoVersion\": \"$(go env GOVERSION | cut -d. -f1,2 | sed 's/ .*//')\"}"
} >"$OUT/vet.cfg"

sed "s|/opt/codegen/go/|$OUT/|" "$OUT/importcfg" >"$work/importcfg"
for package in codec unit; do
    "$OUT/bin/go-compile" -trimpath "$SRC" -p "codegen/$package" -importcfg "$work/importcfg" -pack -dwarf=false \
        -o "$OUT/pkg/codegen.$package.a" "$SRC/$package"/*.go
    echo "packagefile codegen/$package=$OUT/pkg/codegen.$package.a" >>"$work/importcfg"
    echo "packagefile codegen/$package=/opt/codegen/go/pkg/codegen.$package.a" >>"$OUT/importcfg"
done
