package solution

import codegencodec "codegen/codec"

// CodegenCall calls the function with the arguments of one frame.
func CodegenCall(arguments *codegencodec.Arguments) codegencodec.Result {
$arguments
	var result $returns = $function($names)
	return codegencodec.Return(&result)
}
