// The harness as a startup snapshot: it is loaded when the snapshot is made, and only told what to do later.
'use strict';

const parts = { call: require('./call.js'), compiles: require('./compiles.js'), unit: require('./unit.js') };

// What is compiled when the snapshot is made need not be compiled later.
require('./seals.js').sealed('', ['']);
const { encode, parseType } = require('./values.js');
encode([[1, 'a', true, 0.5, null]], parseType('list[tuple[int, str, bool, float, optional[int]]]'));

require('v8').startupSnapshot.setDeserializeMainFunction(() => {
  const [name, ...words] = process.argv.slice(process.argv.findIndex((word) => word in parts));
  parts[name].main(...words);
});
