// Calls a function of solution.js with each frame's arguments and answers with what it returned.
//
//     call FUNCTION TYPES [compiled]    TYPES: a JSON array, the parameters' types and the returned one
//
// A frame is a JSON array of encoded arguments. A reply is one JSON object: `value` (encoded), or `mismatch`
// (what was returned is not of the declared type), or `error` (`type`, `message`, `line`). Expected values
// are never here; what a program does to this process is its own loss.
'use strict';

const { receive, send } = require('./channel.js');
const { place, told } = require('./failure.js');
const { Loader, isModuleOnly, read } = require('./load.js');
const { steady } = require('./streams.js');
const { decode, encode, parse, parseType } = require('./values.js');

const { apply } = Reflect;
const { stringify } = JSON;
const slice = Function.prototype.call.bind(String.prototype.slice);
const leave = process.reallyExit.bind(process);
let placed = true;

const cut = (text) => stringify(slice(text, 0, 2000));

/** Returns the reply for an exception. */
function failed(error) {
  const [file, line] = place(error);
  const object = (typeof error === 'object' && error !== null) || typeof error === 'function';
  const type = object ? told(() => error.name) || 'Error' : 'thrown';
  const message = object ? told(() => error.message) : told(() => error);
  const at = placed && file === 'solution.js' ? line : 0;
  return `{"error":{"type":${cut(type)},"message":${cut(message)},"line":${at}}}`;
}

/** Returns the function of that name, which need not be exported. */
async function load(name) {
  const source = read('solution.js');
  const loader = new Loader();
  let found;
  try {
    found = loader.runCommonJs(`${source}\n;return typeof ${name} === "undefined" ? undefined : ${name};`, 'solution.js');
  } catch (error) {
    if (!isModuleOnly(error)) throw error;
    loader.share();
    const tail = `export const codegen_function = typeof ${name} === "undefined" ? undefined : ${name};`;
    found = (await loader.runModule(`${source}\n${tail}`, 'solution.js')).codegen_function;
  }
  const { exports } = loader.module;
  const chosen = found ?? exports?.[name] ?? exports;
  if (typeof chosen !== 'function') throw new ReferenceError(`solution.js defines no function ${name}`);
  return chosen;
}

async function main(name, types, compiling) {
  placed = compiling !== 'compiled';
  const kinds = JSON.parse(types).map(parseType);
  const returns = kinds.pop();
  steady();
  let frame = receive();
  let [work, broken] = [undefined, ''];
  try {
    work = await load(name);
  } catch (error) {
    broken = failed(error);
  }
  while (frame !== null) {
    send(broken || answer(work, decode(parse(frame), kinds), returns));
    frame = receive();
  }
  leave(0);
}

function answer(work, given, returns) {
  let value;
  try {
    value = apply(work, undefined, given);
  } catch (error) {
    return failed(error);
  }
  try {
    return encode(value, returns);
  } catch (error) {
    return failed(error); // a value that breaks when it is looked at
  }
}

module.exports = { main };
