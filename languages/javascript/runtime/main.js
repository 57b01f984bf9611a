// The harness as a startup snapshot: it is loaded when the snapshot is made, and only told what to do later.
'use strict';

const parts = { call: require('./call.js'), compiles: require('./compiles.js'), unit: require('./unit.js') };

// What is compiled when the snapshot is made need not be compiled later.
require('./seals.js').sealed('', ['']);
const { encode, parseType } = require('./values.js');
encode([[1, 'a', true, 0.5, null]], parseType('list[tuple[int, str, bool, float, optional[int]]]'));

const { setFlagsFromString, startupSnapshot } = require('v8');

/** Stays, and is forked into programs by the addon: what a fork is, it is told. */
function stay(addon, control, programs) {
  const made = { exports: {} };
  process.dlopen(made, addon);
  made.exports(Number(control), Number(programs), (text, pid, seed) => {
    const { env, flags, words } = JSON.parse(text);
    process.argv.splice(1, Infinity, ...words);
    process.execArgv.splice(0, flags);
    Object.defineProperty(process, 'pid', { value: pid });
    Object.assign(process.env, env);
    setFlagsFromString(`--random-seed=${seed}`); // or all would draw the same
    main(words);
  });
}

function main(words) {
  const [name, ...more] = words.slice(words.findIndex((word) => word in parts));
  parts[name].main(...more);
}

startupSnapshot.setDeserializeMainFunction(() => {
  if (process.argv[1] === 'stay') stay(...process.argv.slice(2));
  else main(process.argv);
});
