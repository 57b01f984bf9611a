// Deep comparisons that look into Maps and Sets themselves: node's own asks them for their size and elements,
// with methods that a program may have replaced, on the object or in a class of its own.
//
// Where both sides may hold such a collection, copies are compared as well: plain ones, each value of which was
// read once, by what was kept before the program was loaded.
'use strict';

const assert = require('assert');
const util = require('util');

const { apply, defineProperty, get: read, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { create, setPrototypeOf } = Object;
const { isArray } = Array;
const { isMap, isProxy, isSet } = util.types;
const call = Function.prototype.call;
const uncurried = (method) => call.bind(method);
const [put, find, has] = [Map.prototype.set, Map.prototype.get, Map.prototype.has].map(uncurried);
const [add, holds] = [Set.prototype.add, Set.prototype.has].map(uncurried);
const [eachOfMap, eachOfSet] = [Map.prototype.forEach, Set.prototype.forEach].map(uncurried);
const [OurMap, OurSet] = [Map, Set];
// what has inner state that a copy would lack; node compares it by what cannot be replaced
const OPAQUE = [
  'isDate', 'isRegExp', 'isNativeError', 'isBoxedPrimitive', 'isAnyArrayBuffer', 'isArrayBufferView', 'isPromise',
  'isWeakMap', 'isWeakSet', 'isExternal', 'isModuleNamespaceObject',
].map((name) => util.types[name]);

const isObject = (value) => typeof value === 'object' && value !== null;

function opaque(value) {
  for (let i = 0; i < OPAQUE.length; i++) if (OPAQUE[i](value)) return true;
  return false;
}

/** Whether a value holds no collection, nor what may give one when it is asked again. */
function simple(value, seen) {
  if (!isObject(value) || holds(seen, value)) return true;
  if (isMap(value) || isSet(value) || isProxy(value)) return false;
  add(seen, value);
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const found = getOwnPropertyDescriptor(value, keys[i]);
    if (found.enumerable && (found.get !== undefined || !simple(found.value, seen))) return false;
  }
  return true;
}

/** Returns a value with plain data in its place; the same object has the same copy. */
function copy(value, seen) {
  if (!isObject(value) || opaque(value)) return value;
  if (has(seen, value)) return find(seen, value);
  const made = isMap(value) ? new OurMap() : isSet(value) ? new OurSet() : isArray(value) ? [] : create(null);
  put(seen, value, made);
  if (isMap(value)) eachOfMap(value, (item, key) => void put(made, copy(key, seen), copy(item, seen)));
  else if (isSet(value)) eachOfSet(value, (item) => void add(made, copy(item, seen)));
  else setPrototypeOf(made, getPrototypeOf(value));
  if (isArray(value)) made.length = value.length;
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length; i++) {
    if (!getOwnPropertyDescriptor(value, keys[i])?.enumerable) continue;
    const item = copy(read(value, keys[i]), seen);
    defineProperty(made, keys[i], { __proto__: null, value: item, writable: true, enumerable: true, configurable: true });
  }
  return made;
}

/** Returns the copies of two values, or null where they are not needed. */
function copies(one, other) {
  if (simple(one, new OurSet()) || simple(other, new OurSet())) return null;
  const seen = new OurMap();
  return [copy(one, seen), copy(other, seen)];
}

/** Returns an assertion that two values are equal which also holds of their copies. */
function looking(check) {
  const looked = function (actual, expected, message) {
    const result = apply(check, this, arguments);
    const plain = arguments.length < 2 ? null : copies(actual, expected);
    if (plain !== null) apply(check, this, message === undefined ? plain : [plain[0], plain[1], message]);
    return result;
  };
  defineProperty(looked, 'name', { value: check.name });
  return looked;
}

/** Has the comparisons of `assert` and `util` look into collections. */
function install() {
  const { deepEqual, deepStrictEqual } = assert;
  const [loose, strict] = [looking(deepEqual), looking(deepStrictEqual)];
  assert.deepEqual = loose;
  assert.deepStrictEqual = assert.strict.deepEqual = assert.strict.deepStrictEqual = strict;
  const { isDeepStrictEqual } = util;
  util.isDeepStrictEqual = (one, other, ...rest) => {
    if (!isDeepStrictEqual(one, other, ...rest)) return false;
    const plain = copies(one, other);
    return plain === null || isDeepStrictEqual(plain[0], plain[1]);
  };
}

module.exports = { install };
