// The API of node:test, as far as tests of a function use it, in a runner that tells of each test.
//
// `node:test` itself tells a reporter that shares this process with the program. Not here: `only`,
// concurrency (tests run one after another), watch mode, snapshots, a plan that waits.
'use strict';

const assert = require('assert');

const { AssertionError } = assert;
const { apply, ownKeys } = Reflect;
const APART = ['AssertionError', 'CallTracker', 'strict'];
const { freeze, assign } = Object;
const later = setTimeout;

/** Registers and runs tests; `tell(path, outcome, error)` hears of each, `begin(path)` of each that waits. */
class Runner {
  #root = suite(null, '');
  #current = this.#root;
  #chain = undefined;
  #tell;
  #begin;
  api;

  constructor(begin, tell) {
    this.#tell = tell;
    this.#begin = begin;
    this.api = this.#interface();
  }

  /** Runs until nothing is left that was registered. */
  async drained() {
    let seen;
    while (this.#chain !== seen) {
      seen = this.#chain;
      await seen;
    }
    await hooks(this.#root.after, undefined);
  }

  #interface() {
    const test = this.#variants((name, options, fn) => this.#test(this.#current, name, options, fn));
    const describe = this.#variants((name, options, fn) => this.#describe(name, options, fn));
    const hook = (kind) => (fn) => void this.#current[kind].push(fn);
    const api = assign(test, { test, it: test, describe, suite: describe, default: test });
    for (const kind of ['before', 'after', 'beforeEach', 'afterEach']) api[kind] = hook(kind);
    Object.defineProperty(api, 'mock', { get: () => require('node:test').mock, enumerable: true });
    return freeze(api);
  }

  #variants(make) {
    const plain = (...words) => make(...words_of(words));
    const having = (extra) => (...words) => {
      const [name, options, fn] = words_of(words);
      return make(name, { ...options, ...extra }, fn);
    };
    assign(plain, { skip: having({ skip: true }), todo: having({ todo: true }), only: having({}) });
    return plain;
  }

  #test(parent, name, options, fn) {
    const path = path_of(parent, name);
    const skipped = options.skip || parent.skipped || (options.todo && !fn);
    this.#begin(path);
    const run = () => this.#run(parent, path, skipped ? { ...options, skip: skipped } : options, fn);
    if (parent === this.#root) return (this.#chain = this.#after(run));
    return void parent.items.push(run);
  }

  async #after(run) {
    const before = this.#chain;
    await before;
    return run();
  }

  #describe(name, options, fn) {
    const made = suite(this.#current, name);
    made.skipped = options.skip || this.#current.skipped;
    const outer = this.#current;
    this.#current = made;
    let pending;
    try {
      pending = fn ? fn({ name, signal: undefined }) : undefined;
    } finally {
      this.#current = outer;
    }
    const run = async () => {
      await pending;
      await this.#suite(made);
    };
    if (outer === this.#root) return (this.#chain = this.#after(run));
    return void outer.items.push(run);
  }

  async #suite(made) {
    let broken;
    try {
      if (!made.skipped) await hooks(made.before, undefined);
    } catch (error) {
      broken = { error };
    }
    made.broken = broken ?? made.parent?.broken;
    for (let i = 0; i < made.items.length; i++) await made.items[i]();
    if (!made.skipped) await hooks(made.after, undefined);
  }

  async #run(parent, path, options, fn) {
    if (options.skip) return this.#tell(path, 'skipped', options.skip);
    if (!fn) return this.#tell(path, 'passed');
    const context = new Context(this, parent, path);
    let failed;
    try {
      if (parent === this.#root && !parent.started) {
        parent.started = true;
        await hooks(parent.before, undefined);
      }
      if (parent.broken) throw parent.broken.error;
      await each(parent, 'beforeEach', context);
      if (options.plan !== undefined) context.plan(options.plan);
      await bounded(called(fn, context), options.timeout);
      await context.finished();
      context.planned();
    } catch (error) {
      failed = { error };
    }
    try {
      await hooks(context.own.after, context);
      await each(parent, 'afterEach', context);
    } catch (error) {
      failed = failed ?? { error };
    }
    if (context.skipped !== undefined && !failed) return this.#tell(path, 'skipped', context.skipped);
    if (failed && options.todo) return this.#tell(path, 'skipped', 'todo');
    if (failed) return this.#tell(path, 'failed', failed.error);
    return this.#tell(path, 'passed');
  }

  inner(parent, name, options, fn) {
    const path = path_of(parent, name);
    this.#begin(path);
    return this.#run(parent, path, options, fn);
  }
}

/** The first argument of a test's function. */
class Context {
  #runner;
  #inner = [];
  #asserting;
  #count = 0;
  #plan;
  own;
  skipped = undefined;

  constructor(runner, parent, path) {
    this.#runner = runner;
    this.own = suite(parent, '');
    this.own.path = path;
    this.name = path.slice(path.lastIndexOf('::') + (path.includes('::') ? 2 : 0));
    this.signal = new AbortController().signal;
    for (const kind of ['before', 'after', 'beforeEach', 'afterEach']) {
      this[kind] = (fn) => void this.own[kind].push(fn);
    }
  }

  get mock() {
    return require('node:test').mock;
  }

  get assert() {
    this.#asserting ??= counting(() => void (this.#count += 1));
    return this.#asserting;
  }

  get fullName() {
    return this.own.path.replaceAll('::', ' > ');
  }

  test(...words) {
    const [name, options, fn] = words_of(words);
    this.#count += 1;
    const pending = this.#runner.inner(this.own, name, options, fn);
    this.#inner.push(pending);
    return pending;
  }

  async finished() {
    for (let i = 0; i < this.#inner.length; i++) await this.#inner[i];
  }

  skip(reason) {
    this.skipped = reason ?? true;
  }

  /** Says how many assertions and inner tests there will be. What came before does not count. */
  plan(expected) {
    if (this.#plan !== undefined) throw new Error('cannot set plan more than once');
    this.#plan = expected;
    this.#count = 0;
  }

  /** Fails where there were not as many as planned: a callback that is never called asserts nothing. */
  planned() {
    const [wanted, got] = [this.#plan, this.#count];
    if (wanted === undefined || wanted === got) return;
    throw new AssertionError({ message: `plan expected ${wanted} assertions but received ${got}` });
  }

  todo() {}
  diagnostic() {}
  runOnly() {}
}

/** Returns the assertions, which each tell that they are called. */
function counting(count) {
  const counted = (check) => (...words) => {
    count();
    return apply(check, assert, words);
  };
  const made = counted(assert);
  for (const key of ownKeys(assert)) {
    const { [key]: check } = assert;
    const plain = typeof check === 'function' && !APART.includes(key);
    if (!(key in made)) made[key] = plain ? counted(check) : check;
  }
  return made;
}

function suite(parent, name) {
  const hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
  return { parent, path: parent ? path_of(parent, name) : '', items: [], skipped: false, broken: undefined, ...hooks };
}

const path_of = (parent, name) => (parent.path ? `${parent.path}::${name}` : name);

/** Returns (name, options, function) of arguments of which each may be left out. */
function words_of(words) {
  const fn = words.find((word) => typeof word === 'function');
  const options = words.find((word) => typeof word === 'object' && word !== null) ?? {};
  const name = typeof words[0] === 'string' ? words[0] : fn?.name || '<anonymous>';
  return [name, options, fn];
}

/** Calls a test's function; with two parameters it takes a callback. */
function called(fn, context) {
  if (fn.length < 2) return apply(fn, context, [context]);
  return new Promise((resolve, reject) => {
    const done = (error) => (error ? reject(error) : resolve());
    apply(fn, context, [context, done]);
  });
}

function bounded(result, milliseconds) {
  if (!Number.isFinite(milliseconds)) return result;
  const clock = new Promise((_, reject) => {
    later(() => reject(new Error(`the test timed out after ${milliseconds}ms`)), milliseconds).unref();
  });
  return Promise.race([result, clock]);
}

async function hooks(list, context) {
  for (let i = 0; i < list.length; i++) await called(list[i], context);
}

async function each(parent, kind, context) {
  if (parent.parent) await each(parent.parent, kind, context);
  await hooks(parent[kind], context);
}

module.exports = { Runner };
