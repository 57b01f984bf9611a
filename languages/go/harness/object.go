package solution

import codegencodec "codegen/codec"

// CodegenCall makes an object with the arguments of one frame and asks it for the operations.
func CodegenCall(arguments *codegencodec.Arguments) codegencodec.Result {
$arguments
	arguments.At("the constructor")
	object := New$class($names)
	return arguments.Results(func(operation string) codegencodec.Result {
		switch operation {
$asked
		}
		return nil
	})
}
