#!/bin/sh
# Writes the files of the harness as one script, which is what a startup snapshot is made from.
set -eu
echo "const parts = { __proto__: null }, made = { __proto__: null };"
echo "const find = (name) => (name in parts ? (made[name] ??= parts[name]()) : require(name));"
for file in channel.js streams.js seals.js failure.js load.js deep.js sound.js strict.js tests.js entries.js values.js call.js compiles.js unit.js main.js; do
    echo "parts['./$file'] = () => { const module = { exports: {} }; ((module, require) => {"
    cat "$1/$file"
    echo "})(module, find); return module.exports; };"
done
echo "find('./main.js');"
