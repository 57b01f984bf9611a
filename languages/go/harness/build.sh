# Build ./program out of solution.go and the glue of one form; what the compiler says goes to stdout.
#   build.sh program          solution.go is the whole program
#   build.sh call             solution.go + call.go as one package, call_main.go
#   build.sh internal         solution.go + solution_test.go as one package, unit_main.go
#   build.sh external [PATH]  solution.go alone first, solution_test.go imports it as PATH; unit_main.go
# Native tests and their solution cannot import the harness, nor find what was made on the way.
set -e
std=/opt/codegen/go/importcfg
case $1 in
call) cp "$std" importcfg ;;
*) grep -v '^packagefile codegen/' "$std" >importcfg ;;
esac

package() {
    name=$1
    shift
    go-compile -p "$name" -importcfg importcfg -pack -dwarf=false -trimpath "$PWD" -o "$name.a" "$@"
    echo "packagefile $name=$name.a" >>importcfg
}

case $1 in
call) package solution solution.go call.go ;;
internal) package solution solution.go solution_test.go ;;
external)
    package solution solution.go
    if [ -n "$2" ]; then echo "importmap $2=solution" >>importcfg; fi
    package solution_test solution_test.go
    ;;
esac
case $1 in
program) package main solution.go ;;
call) package main call_main.go ;;
*)
    grep '^packagefile codegen/' "$std" >>importcfg
    package main unit_main.go
    ;;
esac
grep -v "^importmap " importcfg >linkcfg # the linker knows no such line
go-link -importcfg linkcfg -s -w -o program main.a
rm -f ./*.a importcfg linkcfg
