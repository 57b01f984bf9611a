#!/bin/sh
# Runs a command of an image build. Where the build was given a CA bundle (a machine behind a proxy that
# signs its own certificates), every tool that fetches is told of it; without one, nothing changes.
# Nothing of this is left in the image's environment.
bundle=/tmp/codegen-build/ca-bundle.crt
if [ -s "$bundle" ]; then
    export SSL_CERT_FILE="$bundle" PIP_CERT="$bundle" REQUESTS_CA_BUNDLE="$bundle"
    export CURL_CA_BUNDLE="$bundle" NODE_EXTRA_CA_CERTS="$bundle" CARGO_HTTP_CAINFO="$bundle"
    echo "Acquire::https::CaInfo \"$bundle\";" >/tmp/codegen-build/apt.conf
    export APT_CONFIG=/tmp/codegen-build/apt.conf
fi
exec "$@"
