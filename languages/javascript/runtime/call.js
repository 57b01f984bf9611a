// Calls a function of solution.js with each frame's arguments and answers with what it returned.
//
//     call FUNCTION TYPES [compiled]    TYPES: a JSON array, the parameters' types and the returned one
//     call CLASS TYPES [compiled]       TYPES: a JSON object, see `Driver`
//
// A frame is a JSON array of encoded arguments. That of a class has the constructor's arguments, the names of the
// operations and the arguments of each; its value is the array of their results. A reply is one JSON object: `value` (encoded), or `mismatch`
// (what was returned is not of the declared type), or `error` (`type`, `message`, `line`). Expected values
// are never here; what a program does to this process is its own loss.
'use strict';

const { receive, send } = require('./channel.js');
const { place, told } = require('./failure.js');
const { Loader, isModuleOnly, read } = require('./load.js');
const { steady } = require('./streams.js');
const { decode, encode, parse, parseType } = require('./values.js');

const { apply, construct } = Reflect;
const { stringify } = JSON;
const slice = Function.prototype.call.bind(String.prototype.slice);
const leave = process.reallyExit.bind(process);
let placed = true;

const cut = (text) => stringify(slice(text, 0, 2000));

/** Returns the reply for an exception; `doing` is what an object was asked. */
function failed(error, doing = '') {
  const [file, line] = place(error);
  const object = (typeof error === 'object' && error !== null) || typeof error === 'function';
  const type = object ? told(() => error.name) || 'Error' : 'thrown';
  const message = object ? told(() => error.message) : told(() => error);
  const at = placed && file === 'solution.js' ? line : 0;
  const what = doing && `,"at":${cut(doing)}`;
  return `{"error":{"type":${cut(type)},"message":${cut(message)},"line":${at}${what}}}`;
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
  const declared = JSON.parse(types);
  const caller = Array.isArray(declared) ? new Caller(declared) : new Driver(declared);
  steady();
  let frame = receive();
  let [work, broken] = [undefined, ''];
  try {
    work = await load(name);
  } catch (error) {
    broken = failed(error);
  }
  while (frame !== null) {
    send(broken || caller.answer(work, parse(frame)));
    frame = receive();
  }
  leave(0);
}

/** Calls a function. */
class Caller {
  #kinds;
  #returns;

  constructor(types) {
    this.#kinds = types.map(parseType);
    this.#returns = this.#kinds.pop();
  }

  answer(work, frame) {
    let value;
    try {
      value = apply(work, undefined, decode(frame, this.#kinds));
    } catch (error) {
      return failed(error);
    }
    try {
      return encode(value, this.#returns);
    } catch (error) {
      return failed(error); // a value that breaks when it is looked at
    }
  }
}

const [VALUE, MISMATCH] = ['{"value":', '{"mismatch":"'];
const MOST_BYTES = 16 << 20;

/**
 * Makes an object for each frame and asks it for the operations, one after another.
 *
 * The types have `parameters`, and `methods` by their neutral name: `name`, `parameters`, `returns` (empty where
 * nothing is returned).
 */
class Driver {
  #made;
  #methods = { __proto__: null };

  constructor(types) {
    this.#made = types.parameters.map(parseType);
    for (const [key, { name, parameters, returns }] of Object.entries(types.methods)) {
      this.#methods[key] = { name, kinds: parameters.map(parseType), returns: returns && parseType(returns) };
    }
  }

  answer(work, frame) {
    let [doing, at] = ['the constructor', 0];
    const taken = (kinds) => {
      const given = [];
      for (let i = 0; i < kinds.length; i++) given[i] = frame[at++];
      return decode(given, kinds);
    };
    try {
      const object = construct(work, taken(this.#made));
      const operations = frame[at++];
      let out = '';
      for (let i = 0; i < operations.length; i++) {
        const { name, kinds, returns } = this.#methods[operations[i]];
        doing = `operation ${i + 1}, ${operations[i]}`;
        const reply = result(apply(object[name], object, taken(kinds)), returns);
        if (slice(reply, 0, MISMATCH.length) === MISMATCH) return `${MISMATCH}${doing}: ${slice(reply, MISMATCH.length)}`;
        if (out.length > MOST_BYTES) return `${MISMATCH}the results are too large"}`;
        out += (i ? ',' : '') + slice(reply, VALUE.length, -1);
      }
      return `${VALUE}[${out}]}`;
    } catch (error) {
      return failed(error, doing);
    }
  }
}

/** Returns the reply for what a method returned; null is nothing as well. */
function result(value, returns) {
  if (returns) return encode(value, returns);
  return value === undefined || value === null ? `${VALUE}null}` : `${MISMATCH}something is returned, declared is nothing"}`;
}

module.exports = { main };
