// The private channel: frames on descriptor 3, replies on descriptor 4, length-prefixed.
//
// What is called later is kept from the start: the program may replace anything that it can name.
'use strict';

const { readSync, writeSync } = require('fs');
const { alloc, from } = Buffer;
const call = Function.prototype.call;
const readUInt32BE = call.bind(Buffer.prototype.readUInt32BE);
const writeUInt32BE = call.bind(Buffer.prototype.writeUInt32BE);
const set = call.bind(Uint8Array.prototype.set);

/** Returns the next frame as bytes, or null after the last. */
function receive() {
  const head = exactly(4);
  return head === null ? null : exactly(readUInt32BE(head, 0));
}

function exactly(size) {
  const data = alloc(size);
  let at = 0;
  while (at < size) {
    const count = readSync(3, data, at, size - at, null);
    if (count === 0) return null;
    at += count;
  }
  return data;
}

/** Answers the frame with a text. */
function send(text) {
  const body = from(text, 'utf8');
  const data = alloc(body.length + 4);
  writeUInt32BE(data, body.length, 0);
  set(data, body, 4);
  let at = 0;
  while (at < data.length) at += writeSync(4, data, at, data.length - at, null);
}

module.exports = { receive, send };
