// The tests that were found by parsing, and which of them a test that runs is.
//
// A name that is no plain text is given as it is written: `adds ${a}` stands for every name that it makes.
'use strict';

const ESCAPES = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };
const SEPARATOR = '::';

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const unescaped = (text) =>
  text.replace(/\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g, (_, a, b, c, one) =>
    one === undefined ? String.fromCodePoint(parseInt(a ?? b ?? c, 16)) : (ESCAPES[one] ?? one));

/** Returns the pattern of one part of a name as it is written. */
function pattern(part) {
  const quote = part[0];
  if (part.length < 2 || !"'\"`".includes(quote) || part.at(-1) !== quote) return literal(part);
  const inner = part.slice(1, -1);
  if (quote !== '`') return literal(unescaped(inner));
  const texts = inner.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/);
  return texts.map((text) => literal(unescaped(text))).join('[^]*');
}

/** The tests by name: how many instances have begun and ended, and the worst outcome. */
class Entries {
  #byName = new Map();
  #patterns = [];
  #all;

  constructor(names) {
    this.#all = names.map((name, index) => ({ name, index, begun: 0, done: 0, worst: '', message: '', sent: false }));
    for (const one of this.#all) {
      const base = this.#base(one.name);
      if (!this.#byName.has(base)) this.#byName.set(base, []);
      this.#byName.get(base).push(one);
    }
  }

  /** The patterns of the names; most tests do not need them. */
  get #shapes() {
    if (this.#patterns.length === 0) {
      for (const [base, list] of this.#byName) {
        this.#patterns.push([new RegExp(`^${base.split(SEPARATOR).map(pattern).join(SEPARATOR)}$`), list]);
      }
    }
    return this.#patterns;
  }

  /** Returns a name without the number of the second and later ones of that name. */
  #base(name) {
    const found = /^([^]*) \((\d+)\)$/.exec(name);
    return found && found[2] >= 2 && this.#byName.has(found[1]) ? found[1] : name;
  }

  /** Returns the tests that were found, in their order. */
  get all() {
    return this.#all;
  }

  #list(path) {
    return this.#byName.get(path) ?? this.#shapes.find(([shape]) => shape.test(path))?.[1];
  }

  /** Returns the test that begins, or undefined where it was not found by parsing. */
  begin(path) {
    const list = this.#list(path);
    if (list === undefined) return undefined;
    const one = list.find((entry) => entry.begun === 0) ?? list[list.length - 1];
    one.begun += 1;
    return one;
  }

  /** Returns the test that ends. */
  end(path, outcome, message) {
    const list = this.#list(path);
    if (list === undefined) return undefined;
    const one = list.find((entry) => entry.done < entry.begun) ?? list[list.length - 1];
    one.done += 1;
    const ranks = ['', 'skipped', 'passed', 'error', 'failed'];
    if (ranks.indexOf(outcome) > ranks.indexOf(one.worst)) [one.worst, one.message] = [outcome, message];
    return one;
  }
}

module.exports = { Entries };
