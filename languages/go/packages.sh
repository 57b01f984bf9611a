#!/bin/sh
# A driver for golang.org/x/tools/go/packages: solution.go in the working folder, and of the standard
# library what it imports, each as the export data that was prepared.
cat >/dev/null
awk -v arch="$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')" '
FNR == NR { text = text $0 "\n"; next }
{
    split($2, part, "=")
    if (index(text, "\"" part[1] "\"")) { count++; path[count] = part[1]; file[count] = part[2] }
}
END {
    printf "{\"Compiler\":\"gc\",\"Arch\":\"%s\",\"Roots\":[\"solution\"],\"Packages\":[", arch
    printf "{\"ID\":\"solution\",\"Name\":\"solution\",\"PkgPath\":\"solution\","
    printf "\"GoFiles\":[\"%s/solution.go\"],\"CompiledGoFiles\":[\"%s/solution.go\"],\"Imports\":{", dir, dir
    for (i = 1; i <= count; i++) printf "%s\"%s\":\"%s\"", (i > 1 ? "," : ""), path[i], path[i]
    printf "}}"
    for (i = 1; i <= count; i++) {
        depth = split(path[i], name, "/")
        printf ",{\"ID\":\"%s\",\"Name\":\"%s\",", path[i], (name[depth] ~ /^v[0-9]+$/ ? name[depth - 1] : name[depth])
        printf "\"PkgPath\":\"%s\",\"ExportFile\":\"%s\"}", path[i], file[i]
    }
    print "]}"
}' dir="$PWD" solution.go /opt/codegen/go/importcfg
