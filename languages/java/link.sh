#!/bin/sh
# Fetches what Maven Central has, and links a Java runtime out of the JDK's modules, into $CODEGEN_CACHE. Both are kept
# there, so that a change of a harness file does not pay for them again. Part of prepare.sh, and run before it where
# an image is made. Sets home (of the JDK) and kept (the runtime's folder).
set -eu
home=$(java -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
[ -x "$home/bin/jlink" ] || { echo "$home has no jlink: install a JDK of version 17 or newer, not only a JRE"; exit 1; }
version=$("$home/bin/java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
[ "$version" -ge 17 ] || { echo "$home is Java $version: version 17 or newer is needed"; exit 1; }

"$home/bin/java" -Xshare:auto -XX:TieredStopAtLevel=1 "$SRC/fetch/Fetch.java" "$SRC/jars.txt" \
    "$CODEGEN_CACHE/jars"
# what attaches to other programs, debugs or rewrites them is not in it
modules=java.se,jdk.charsets,jdk.compiler,jdk.httpserver,jdk.net,jdk.unsupported,jdk.zipfs
linked() { # FOLDER: a runtime
    "$home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --output "$1"
    "$1/bin/java" -Xshare:dump -Xlog:disable -Xlog:all=error:stderr >/dev/null
}
kept="$CODEGEN_CACHE/java-runtime-$({ cat "$home/release" && echo "$modules"; } | cksum | cut -d ' ' -f 1)"
if [ ! -d "$kept" ]; then
    linked "$CODEGEN_CACHE/.jdk.$$"
    mv -T "$CODEGEN_CACHE/.jdk.$$" "$kept" || [ -d "$kept" ] # another may have been faster
fi
