; What the items of a file's top level are, and the names that they bind.
(import_statement) @import
(import_clause (identifier) @name)
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(export_statement declaration: (function_declaration name: (identifier) @name)) @function
(export_statement declaration: (generator_function_declaration name: (identifier) @name)) @function
(lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)])) @function
(variable_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)])) @function
(export_statement declaration: (lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]))) @function
(class_declaration name: (identifier) @name) @type
(export_statement declaration: (class_declaration name: (identifier) @name)) @type
((lexical_declaration (variable_declarator value: (call_expression function: (identifier) @f))) @import (#eq? @f "require"))
((variable_declaration (variable_declarator value: (call_expression function: (identifier) @f))) @import (#eq? @f "require"))
(lexical_declaration (variable_declarator name: (identifier) @name)) @value
(variable_declaration (variable_declarator name: (identifier) @name)) @value
(lexical_declaration (variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @name))) @value
; what only exports shows nothing off: it stays, as a type does
(export_statement) @type
((expression_statement (assignment_expression left: (member_expression object: (identifier) @m))) @type (#any-of? @m "module" "exports"))
((expression_statement (assignment_expression left: (member_expression object: (member_expression object: (identifier) @m)))) @type (#eq? @m "module"))
