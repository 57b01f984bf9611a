#!/bin/sh
# What the local sandbox needs of the languages that are named, in an image build.
#
#     toolchain.sh tools LANGUAGE...      builds what Debian has no package of, into /tools
#     toolchain.sh install LANGUAGE...    installs Debian's packages
set -eu
here=$(dirname "$0")
what=$1
shift

packages=
node=
go=
for language in "$@"; do
    case $language in
        python) ;; # codegen's own interpreter, with pytest and the linters from its environment
        rust) packages="$packages rustc rust-clippy rustfmt mold gcc libc6-dev" ;;
        go) packages="$packages golang-go" go=yes ;;
        cpp) packages="$packages g++ mold cppcheck doctest-dev" ;;
        java) packages="$packages openjdk-21-jdk-headless binutils" ;;
        javascript | typescript) packages="$packages nodejs npm g++" node=yes ;;
        *)
            echo "toolchain.sh: unknown language $language" >&2
            exit 1
            ;;
    esac
done

case $what in
    install)
        # word by word: each is a package of its own
        # shellcheck disable=SC2086
        if [ -n "$packages" ]; then sh "$here/install.sh" $packages; fi
        ;;
    tools)
        if [ -n "$go" ]; then
            sh "$here/install.sh" golang-go
            CGO_ENABLED=0 GOTOOLCHAIN=local GOBIN=/tools sh "$here/with-ca.sh" \
                go install -trimpath -ldflags='-s -w' honnef.co/go/tools/cmd/staticcheck@v0.6.1
        fi
        if [ -n "$node" ]; then
            sh "$here/install.sh" npm
            sh "$here/node.sh"
            mv /usr/local/bin/node /tools/node
        fi
        ;;
    *)
        echo "toolchain.sh: expected tools or install, got $what" >&2
        exit 1
        ;;
esac
