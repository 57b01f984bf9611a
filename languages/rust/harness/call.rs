#[allow(unused_imports)]
use ::std::collections::HashMap;

pub(crate) fn main() {
    ::codegen_codec::serve(call);
}

#[allow(unused_variables)]
fn call(arguments: &mut ::codegen_codec::Arguments) -> ::std::string::String {
$arguments
    let result: $returns = super::$function($names);
    ::codegen_codec::returned(&result)
}
