// Whether tests mean the same as strict code.
//
// Of a function in strict code nobody learns the caller: `caller` and a stack's `getFunction` would hand
// the program the function that calls it, and with it the text of the tests. Where a text may rely on being
// sloppy, or where that is not certain, it stays as it is.
'use strict';

// comments, and strings of one line: what stands in them is no code
const NO_CODE = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;
const ALREADY = /^\s*(?:'use strict'|"use strict")/;
// what strict code does otherwise, or refuses
const OTHERWISE = /\b(?:this|arguments|eval|with|delete|freeze|isFrozen|seal|isSealed|preventExtensions|isExtensible|writable|defineProperty|defineProperties|caller|callee)\b|\b0[0-7]/;
const LOOSE_LOOP = /\bfor\s*(?:await\s*)?\(\s*(?!const\b|let\b|var\b)[\w$]+\s+(?:of|in)\b/;
const LOOSE_PATTERN = /(?:^|[;{}\n])\s*(?:\[[^\]\n]*\]|\(\s*\{[^}\n]*\})\s*=(?!=|>)/;
const ASSIGNED = /(?<![.\w$])([A-Za-z_$][\w$]*)\s*(?:=(?![=>])|(?:[-+*/%&|^]|\*\*|<<|>>|>>>|&&|\|\||\?\?)=|\+\+|--)|(?:\+\+|--)\s*([A-Za-z_$][\w$]*)/g;

/** Returns whether every name that a text assigns to is one that it declares. */
function declaring(text) {
  for (const [, before, after] of text.matchAll(ASSIGNED)) {
    const name = (before ?? after).replaceAll('$', '\\$&');
    const declared = new RegExp(`\\b(?:const|let|var|function|class)\\b[^;\\n]*(?<![\\w$])${name}(?![\\w$])`);
    if (!declared.test(text)) return false;
  }
  return true;
}

/** Returns what makes tests strict code when it is put before them: nothing where they have to be sloppy. */
function strictness(tests) {
  const text = tests.replace(NO_CODE, ' ');
  const sloppy = [OTHERWISE, LOOSE_LOOP, LOOSE_PATTERN].some((one) => one.test(text)) || !declaring(text);
  return ALREADY.test(tests) || !sloppy ? "'use strict';" : '';
}

module.exports = { strictness };
