#!/bin/sh
# The compiler without its garbage collector, which costs more than such small programs are worth.
GOGC=off GOMEMLIMIT=512MiB GOMAXPROCS=1 exec "${0%/bin/tsc}/typescript/lib/tsc" --singleThreaded --ignoreConfig \
    --pretty false --skipLibCheck --target es2023 --lib es2023 --moduleDetection legacy "$@"
