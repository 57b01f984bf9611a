// The harness as a startup snapshot: it is loaded when the snapshot is made, and only told what to do later.
'use strict';

const parts = { call: require('./call.js'), compiles: require('./compiles.js'), unit: require('./unit.js') };

require('v8').startupSnapshot.setDeserializeMainFunction(() => {
  const [name, ...words] = process.argv.slice(process.argv.findIndex((word) => word in parts));
  parts[name].main(...words);
});
