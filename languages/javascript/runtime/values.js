// Typed values to and from the encoding of codegen's type language.
//
// A number stands for an int where it is one; beyond 2^53 - 1 an int comes in as a BigInt, and a BigInt may
// come back. Only what was kept from the start is called on what the program made.
'use strict';

const MOST_NODES = 2_000_000;
const MOST_BYTES = 16 << 20;
const SPECIAL = { NaN, Infinity, '-Infinity': -Infinity };

const call = Function.prototype.call;
const uncurried = (method) => call.bind(method);
const [slice, wellFormed] = [String.prototype.slice, String.prototype.isWellFormed].map(uncurried);
const [forEach, sizeOf] = [Map.prototype.forEach, Object.getOwnPropertyDescriptor(Map.prototype, 'size').get].map(uncurried);
const { isArray } = Array;
const { isInteger, isSafeInteger } = Number;
const { is } = Object;
const { stringify } = JSON;
const [asText, asBig] = [String, BigInt];
const [LOWEST, HIGHEST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Returns {name, inner, text} of a type; the text was checked outside. */
function parseType(text) {
  const open = text.indexOf('[');
  if (open < 0) return { name: text.trim(), inner: [], text };
  const inner = [];
  let [depth, start] = [0, open + 1];
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '[') depth += 1;
    if (text[at] === ']') depth -= 1;
    if ((text[at] === ',' && depth === 0) || depth < 0) {
      inner.push(parseType(text.slice(start, at).trim()));
      start = at + 1;
    }
  }
  return { name: text.slice(0, open).trim(), inner, text };
}

/** Returns the values of a frame. Integers that a number cannot hold are read as BigInt. */
function parse(frame) {
  const text = frame.toString('utf8');
  return /\d{16}/.test(text) ? new Parser(text).value() : JSON.parse(text);
}

class Parser {
  #text;
  #token = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+)(?![\d.eE])|([^\s,:[\]{}"]+)|(.))/y;

  constructor(text) {
    this.#text = text;
  }

  value() {
    const [, quoted, whole, word, mark] = this.#token.exec(this.#text);
    if (mark === '[') return this.#list();
    if (mark === ']') return undefined;
    if (whole === undefined) return JSON.parse(quoted ?? word);
    const number = Number(whole);
    return isSafeInteger(number) ? number : BigInt(whole);
  }

  #list() {
    const found = [];
    for (let item = this.value(); item !== undefined; item = this.value()) {
      found.push(item);
      if (this.#token.exec(this.#text)[4] === ']') break;
    }
    return found;
  }
}

/** Returns values as the program sees them. */
function decode(values, kinds) {
  return kinds.map((kind, i) => decoded(values[i], kind));
}

function decoded(value, kind) {
  const [first, second] = kind.inner;
  if (kind.name === 'float') return typeof value === 'string' ? SPECIAL[value] : Number(value);
  if (kind.name === 'list') return value.map((item) => decoded(item, first));
  if (kind.name === 'tuple') return value.map((item, i) => decoded(item, kind.inner[i]));
  if (kind.name === 'map') return new Map(value.map(([key, item]) => [decoded(key, first), decoded(item, second)]));
  if (kind.name === 'optional') return value === null ? null : decoded(value, first);
  return value;
}

/** Returns the reply for a result. */
function encode(value, kind) {
  const encoder = new Encoder();
  encoder.add(value, kind, '');
  return encoder.wrong ? `{"mismatch":${stringify(encoder.wrong)}}` : `{"value":${encoder.out}}`;
}

class Encoder {
  out = '';
  wrong = '';
  #nodes = 0;

  /** Adds a value; `path` is where in the result it is. */
  add(value, kind, path) {
    this.#nodes += 1;
    if (this.#nodes > MOST_NODES || this.out.length > MOST_BYTES) this.wrong = this.wrong || 'the result is too large';
    if (this.wrong) return;
    const { name, inner } = kind;
    if (name === 'optional' && value === null) this.out += 'null';
    else if (name === 'optional') this.add(value, inner[0], path);
    else if (name === 'list' || name === 'tuple') this.#list(value, kind, path);
    else if (name === 'map') this.#map(value, kind, path);
    else this.#scalar(value, name, path);
  }

  #refuse(value, path, text) {
    this.wrong = this.wrong || `the result${path} is ${article(value)}, declared is ${text}`;
  }

  #scalar(value, name, path) {
    if (name === 'bool' && typeof value === 'boolean') this.out += value ? 'true' : 'false';
    else if (name === 'str' && typeof value === 'string') this.#text(value, path);
    else if (name === 'float' && typeof value === 'number') this.out += float(value);
    else if (typeof value === 'bigint' && name !== 'bool' && name !== 'str') this.#whole(value, path);
    else if (name === 'int' && typeof value === 'number' && isInteger(value)) this.#whole(asBig(value), path);
    else this.#refuse(value, path, name);
  }

  #whole(value, path) {
    if (value >= LOWEST && value <= HIGHEST) this.out += asText(value);
    else this.wrong = this.wrong || `the result${path} is an int outside the signed 64-bit range`;
  }

  #text(value, path) {
    if (value.length > MOST_BYTES) this.wrong = this.wrong || 'the result is too large';
    else if (wellFormed(value)) this.out += stringify(value);
    else this.wrong = this.wrong || `the result${path} is a string that is not valid Unicode`;
  }

  #list(value, kind, path) {
    if (!isArray(value)) return this.#refuse(value, path, kind.text);
    const { length } = value;
    const tuple = kind.name === 'tuple';
    if (tuple && length !== kind.inner.length) {
      this.wrong = this.wrong || `the result${path} has ${length} elements, declared is ${kind.text}`;
    }
    this.out += '[';
    for (let i = 0; i < length && !this.wrong; i++) {
      if (i) this.out += ',';
      this.add(value[i], kind.inner[tuple ? i : 0], `${path}[${i}]`);
    }
    this.out += ']';
    return undefined;
  }

  #map(value, kind, path) {
    if (!isMap(value)) return this.#refuse(value, path, kind.text);
    let first = true;
    this.out += '[';
    forEach(value, (item, key) => {
      this.out += first ? '[' : ',[';
      first = false;
      this.add(key, kind.inner[0], `${path}: a key`);
      this.out += ',';
      this.add(item, kind.inner[1], `${path}: a value`);
      this.out += ']';
    });
    this.out += ']';
    return undefined;
  }
}

function isMap(value) {
  try {
    sizeOf(value);
    return true;
  } catch {
    return false;
  }
}

/** Returns a finite number as JSON, any other by its name. */
function float(value) {
  if (value !== value || value === Infinity || value === -Infinity) return `"${asText(value)}"`;
  return is(value, -0) ? '-0.0' : asText(value);
}

function article(value) {
  if (value === null) return 'null';
  if (isArray(value)) return 'an array';
  const kind = typeof value;
  if (kind === 'undefined') return kind;
  if (kind === 'object') return isMap(value) ? 'a Map' : 'an object';
  if (kind === 'function' || kind === 'symbol') return `a ${kind}`;
  return `a ${kind} ${kind === 'string' ? slice(stringify(slice(value, 0, 60)), 0, 60) : asText(value)}`;
}

module.exports = { decode, encode, parse, parseType };
