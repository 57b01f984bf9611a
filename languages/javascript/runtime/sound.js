// What has to hold of the machinery that judges: names that must not lie, assertions that must fail.
//
// A program that passes because `assert`, `JSON` or `Array.prototype.every` no longer mean what they say
// has not passed. Not here: what is patched and mended again between two looks.
'use strict';

const assert = require('assert');
const inspector = require('inspector');
const Module = require('module');
const util = require('util');
const v8 = require('v8');
const deep = require('./deep.js');

deep.install();
const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, set } = Reflect;
const includes = Function.prototype.call.bind(String.prototype.includes);
const is = Object.is;
const asText = String;

const OBJECTS = [
  Object, Function, Array, String, Number, Boolean, Symbol, BigInt, Map, Set, WeakMap, WeakSet, Promise,
  RegExp, Date, Error, TypeError, RangeError, ArrayBuffer, Int32Array,
];
const PLAIN = [
  JSON, Math, Reflect, util, Module, Module.prototype, getPrototypeOf(Int32Array),
  getPrototypeOf(Int32Array.prototype), getPrototypeOf([][Symbol.iterator]()),
  getPrototypeOf(new Map().entries()), getPrototypeOf(new Set().values()), getPrototypeOf(''[Symbol.iterator]()),
  getPrototypeOf(function* () {}), getPrototypeOf(async function () {}),
];
const FREE = ['prepareStackTrace', 'arguments', 'caller'];
// what tests rely on by its bare name
const NAMES = [
  'Array', 'BigInt', 'Boolean', 'Date', 'Error', 'Infinity', 'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object',
  'Promise', 'RegExp', 'Set', 'String', 'Symbol', 'TypeError', 'RangeError', 'isFinite', 'isNaN', 'parseFloat',
  'parseInt', 'setTimeout', 'structuredClone', 'undefined',
];

let touched = '';
const bound = { __proto__: null }; // the functions of the tests, by name

/** Gives a property an owner: to assign to it is noted, and changes nothing. */
function guard(object, key, name) {
  const found = getOwnPropertyDescriptor(object, key);
  if (!found || !found.configurable || !('value' in found)) return;
  const value = found.value;
  defineProperty(object, key, {
    configurable: false,
    enumerable: found.enumerable,
    get: () => value,
    set: () => {
      touched = touched || name;
    },
  });
}

/** Keeps what assertions are, and closes what nothing is private from: the debugger, looks at the heap. */
function close() {
  for (const object of [assert, assert.strict]) {
    for (const key of ownKeys(object)) guard(object, key, `assert.${asText(key)}`);
  }
  const refuse = () => {
    throw new Error('not available beside native tests');
  };
  const keep = (object, key, value) => defineProperty(object, key, { value, configurable: false, writable: false });
  for (const key of ['Session', 'open', 'url', 'waitForDebugger']) keep(inspector, key, refuse);
  for (const key of ['getHeapSnapshot', 'writeHeapSnapshot', 'setHeapSnapshotNearHeapLimit']) keep(v8, key, refuse);
  const change = v8.setFlagsFromString;
  keep(v8, 'setFlagsFromString', (flags) => {
    if (includes(`${flags}`, 'natives')) refuse();
    change(`${flags}`);
  });
  Module.syncBuiltinESMExports();
}

/** Notes what the language's own objects hold. */
function notice() {
  const roots = [...PLAIN];
  for (const one of OBJECTS) roots.push(one, one.prototype);
  const noted = [];
  for (const root of roots) {
    for (const key of ownKeys(root)) {
      if (FREE.includes(key)) continue;
      const { value, get } = getOwnPropertyDescriptor(root, key);
      if (get || typeof value === 'function') noted.push(root, key, value, get);
    }
  }
  return noted;
}

const noted = notice();
const values = NAMES.map((name) => globalThis[name]);

/** Returns the first name that no longer means what it meant; empty when all is sound. */
function changed() {
  if (touched) return touched;
  for (let i = 0; i < noted.length; i += 4) {
    const now = getOwnPropertyDescriptor(noted[i], noted[i + 1]);
    if (!now || !is(now.value, noted[i + 2]) || now.get !== noted[i + 3]) return asText(noted[i + 1]);
  }
  for (const name of ownKeys(bound)) {
    if (!is(getOwnPropertyDescriptor(globalThis, name)?.value, bound[name])) return asText(name);
  }
  return failing();
}

/** Notes a name of the language that the tests use and the program has taken; `look` evaluates a name. */
function shadowed(tests, look) {
  for (let i = 0; i < NAMES.length; i++) {
    if (!includes(tests, NAMES[i])) continue;
    if (!is(look(NAMES[i]), values[i])) touched = touched || NAMES[i];
  }
}

/** Returns what notes the functions that a script is about to bind in the global scope. */
function globals() {
  const before = functions();
  return () => {
    const now = functions();
    for (const name of ownKeys(now)) {
      if (now[name] !== before[name]) set(bound, name, now[name]);
    }
  };
}

function functions() {
  const found = { __proto__: null };
  const names = ownKeys(globalThis);
  for (let i = 0; i < names.length; i++) {
    const { value } = getOwnPropertyDescriptor(globalThis, names[i]);
    if (typeof value === 'function') found[names[i]] = value;
  }
  return found;
}

const kept = {
  equal: assert.equal, strictEqual: assert.strictEqual, deepEqual: assert.deepEqual, ok: assert.ok,
  deepStrictEqual: assert.deepStrictEqual, notStrictEqual: assert.notStrictEqual, throws: assert.throws,
};
const random = Math.random;
const REFUSED = new Error('canary'); // to be thrown: an error of its own would draw a difference, which is dear

/** Returns the assertion that does not fail where it has to, or fails where it must not. */
function failing() {
  const number = random();
  const lists = [[number, [1]], [number, [2]], [number, [1]]];
  const wrong = [
    ['equal', number, number + 1], ['strictEqual', number, number + 1], ['deepEqual', lists[0], lists[1]],
    ['deepStrictEqual', lists[0], lists[1]], ['notStrictEqual', number, number], ['ok', false, REFUSED],
    ['throws', () => number],
  ];
  for (let i = 0; i < wrong.length; i++) if (!fails(kept[wrong[i][0]], wrong[i])) return `assert.${wrong[i][0]}`;
  return fails(kept.deepStrictEqual, ['', lists[0], lists[2]]) ? 'assert.deepStrictEqual' : '';
}

function fails(check, words) {
  try {
    apply(check, undefined, [words[1], words[2], REFUSED]);
    return false;
  } catch {
    return true;
  }
}

changed(); // loads what the assertions load when they first fail

module.exports = { changed, close, globals, guard, shadowed };
