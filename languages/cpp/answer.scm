; What the top level of a C++ file is made of, and the names that each part binds.
((preproc_include path: (_) @name) @import)
((using_declaration) @import)
((preproc_def name: (identifier) @name) @value)
((preproc_function_def name: (identifier) @name) @value)

((function_definition declarator: (function_declarator declarator: (identifier) @name)) @main
  (#eq? @name "main"))

((expression_statement
  (call_expression function: (identifier) @macro)) @test
  (#match? @macro "^(DOCTEST_)?(TEST_CASE|TEST_SUITE|SCENARIO|TEST|TEST_F|TEST_P)"))

((function_definition declarator: (function_declarator declarator: (identifier) @name)) @function)
((function_definition
  declarator: (pointer_declarator (function_declarator declarator: (identifier) @name))) @function)
((function_definition
  declarator: (reference_declarator (function_declarator declarator: (identifier) @name))) @function)
((function_definition
  declarator: (function_declarator declarator: (qualified_identifier) @name)) @function)
((function_definition
  declarator: (function_declarator declarator: (operator_name) @name)) @function)
((template_declaration
  (function_definition declarator: (function_declarator declarator: (identifier) @name))) @function)
((template_declaration (_ name: (type_identifier) @name)) @type)

((struct_specifier name: (type_identifier) @name) @type)
((class_specifier name: (type_identifier) @name) @type)
((union_specifier name: (type_identifier) @name) @type)
((enum_specifier name: (type_identifier) @name) @type)
((alias_declaration name: (type_identifier) @name) @type)
((type_definition declarator: (type_identifier) @name) @type)

((declaration declarator: (init_declarator declarator: (identifier) @name)) @value)
((declaration declarator: (identifier) @name) @value)
((declaration declarator: (function_declarator declarator: (identifier) @name)) @value)
