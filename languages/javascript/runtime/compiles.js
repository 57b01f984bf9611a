// Parses each file named; prints what is wrong and exits with 1.
'use strict';

const { Loader, isModuleOnly, read } = require('./load.js');

/** Returns `file:line:column: error: message`, or nothing for a file that parses. */
function complaint(name, source) {
  try {
    new Loader().commonJs(source, name);
  } catch (error) {
    if (!isModuleOnly(error)) return described(name, error);
    return strictly(name, source);
  }
  return '';
}

function strictly(name, source) {
  try {
    new Loader().esModule(source, name);
  } catch (error) {
    return described(name, error);
  }
  return '';
}

/** Returns the place, which heads the stack of a SyntaxError with the line and a caret, and the message. */
function described(name, error) {
  const [head, , caret] = String(error.stack).split('\n');
  const line = Number(/:(\d+)$/.exec(head)?.[1] ?? 0);
  return `${name}:${line}:${(caret ?? '').indexOf('^') + 1}: error: ${error.name}: ${error.message}\n`;
}

function main(...names) {
  const found = names.map((name) => complaint(name, read(name))).join('');
  process.stdout.write(found);
  process.exitCode = found ? 1 : 0;
}

module.exports = { main };
