; A class that has methods is what a function is elsewhere: the methods are the names that count.
(package_declaration) @package
(import_declaration) @import
(class_declaration body: (class_body (method_declaration name: (identifier) @name))) @function
(record_declaration body: (class_body (method_declaration name: (identifier) @name))) @function
(interface_declaration body: (interface_body (method_declaration name: (identifier) @name))) @function
(class_declaration name: (identifier) @name) @type
(record_declaration name: (identifier) @name) @type
(enum_declaration name: (identifier) @name) @type
(interface_declaration name: (identifier) @name) @type
(method_declaration name: (identifier) @name) @function
((method_declaration (modifiers) @modifiers name: (identifier) @name) @main
  (#eq? @name "main") (#match? @modifiers "\\bstatic\\b"))
