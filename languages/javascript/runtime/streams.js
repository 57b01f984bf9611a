// Output that leaves at once: node would queue what a pipe does not take, and a loop would fill the memory.
'use strict';

const { defineProperty, getOwnPropertyDescriptor } = Reflect;

/** Has standard output and error, when they are first used, wait until everything is written. */
function steady() {
  for (const name of ['stdout', 'stderr']) {
    const { get, set, enumerable } = getOwnPropertyDescriptor(process, name);
    let stream;
    const first = () => {
      stream = get.call(process);
      stream._handle?.setBlocking?.(true);
      return stream;
    };
    defineProperty(process, name, { get: () => stream ?? first(), set, enumerable, configurable: true });
  }
}

module.exports = { steady };
