#[allow(unused_imports)]
use ::std::collections::HashMap;

pub(crate) fn main() {
    ::codegen_codec::serve(call);
}

#[allow(unused_variables, unused_mut)]
fn call(arguments: &mut ::codegen_codec::Arguments) -> ::std::string::String {
$arguments
    arguments.at("the constructor");
    let mut object: super::$class = super::$class::new($names);
    arguments.results(|operation, arguments| match operation {
$asked
        _ => ::std::string::String::new(),
    })
}
