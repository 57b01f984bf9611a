#!/bin/sh
# Installs Debian packages in an image build, then takes away what a sandbox has no use for: package
# lists, documentation (not the licences), translations, and the set-uid and set-gid bits.
set -eu
export DEBIAN_FRONTEND=noninteractive
here=$(dirname "$0")
sh "$here/with-ca.sh" apt-get -q -o Acquire::Retries=3 update
sh "$here/with-ca.sh" apt-get -q -o Acquire::Retries=3 install -y --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt
rm -rf /usr/share/man/* /usr/share/info/* /usr/share/locale/*
find /usr/share/doc ! -type d ! -name copyright -delete
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
