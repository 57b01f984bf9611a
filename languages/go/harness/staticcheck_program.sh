# staticcheck on solution.go as a whole program: as in staticcheck.sh, but the package is called main.
command -v staticcheck >/dev/null || exit 0
cat >go-packages-main <<'END'
#!/bin/sh
/opt/codegen/go/bin/go-packages "$@" | sed 's/"Name":"solution"/"Name":"main"/'
END
chmod 755 go-packages-main
export GOPACKAGESDRIVER="$PWD/go-packages-main" STATICCHECK_CACHE=/tmp/staticcheck GOCACHE=/tmp/go
export GO111MODULE=off GOFLAGS= GOTOOLCHAIN=local GOENV=off
staticcheck -f json -checks inherit solution.go
found=$?
rm -f go-packages-main
exit $found
