package main

import (
	"codegen/codec"
	"solution"
)

func main() { codec.Serve(solution.CodegenCall) }
