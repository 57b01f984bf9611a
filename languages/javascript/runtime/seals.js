// The proofs of what may help a program: made before it is loaded, kept as bytes, given out one by one.
//
// Only bytes: a text would be in a snapshot of the heap. What they are made from is forgotten at once.
'use strict';

const bytesOf = (text) => Buffer.from(text, 'utf8');
const ROUNDS = new Uint32Array(64);
const FIRST = new Uint32Array(8);

(function constants() {
  const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) >>> 0;
  for (let found = 0, number = 2; found < 64; number++) {
    let divisor = 2;
    while (number % divisor) divisor++;
    if (divisor < number) continue;
    if (found < 8) FIRST[found] = fraction(Math.sqrt(number));
    ROUNDS[found++] = fraction(Math.cbrt(number));
  }
})();

/** Returns the SHA-256 of some bytes (FIPS 180-4): the library's own would have to be loaded. */
function sha256(data) {
  const padded = new Uint8Array(((data.length + 72) >> 6) << 6);
  padded.set(data);
  padded[data.length] = 128;
  new DataView(padded.buffer).setUint32(padded.length - 4, data.length * 8);
  const state = FIRST.slice();
  for (let at = 0; at < padded.length; at += 64) compress(state, new DataView(padded.buffer, at, 64));
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setUint32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

const turned = (word, by) => (word >>> by) | (word << (32 - by));

function compress(state, block) {
  const words = new Uint32Array(64);
  for (let i = 0; i < 16; i++) words[i] = block.getUint32(4 * i);
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15];
    const late = words[i - 2];
    const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[i] = words[i - 16] + first + words[i - 7] + second;
  }
  // plain variables: to take arrays apart costs more than all the rest while nothing is optimised
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const one = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const sum = (h + one + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
    const two = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const other = (two + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + sum) | 0;
    d = c;
    c = b;
    b = a;
    a = (sum + other) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** Returns the seals of all outcomes, one after another, and that of the end. */
function all(nonce, names) {
  const kept = new Uint8Array(32 * names.length + 16);
  const put = (name, outcome, at) =>
    kept.set(sha256(bytesOf(`${nonce}\0${name}\0${outcome}`)).subarray(0, 16), at);
  names.forEach((name, i) => {
    put(name, 'passed', 32 * i);
    put(name, 'skipped', 32 * i + 16);
  });
  put('', 'end', 32 * names.length);
  return kept;
}

/** Returns give(index, outcome), the seal of a test's outcome in hex; the index -1 is the end. */
function sealed(nonce, names) {
  return giver(all(nonce, names)); // apart, as a function keeps what is in scope where it was made
}

function giver(kept) {
  const digits = '0123456789abcdef';
  return (index, outcome) => {
    const at = index < 0 ? kept.length - 16 : 32 * index + (outcome === 'skipped' ? 16 : 0);
    let text = '';
    for (let i = at; i < at + 16; i++) text += digits[kept[i] >> 4] + digits[kept[i] & 15];
    return text;
  };
}

module.exports = { sealed, sha256 };
