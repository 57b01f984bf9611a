// Runs native tests on solution.js and attests each of them on the private channel.
//
//     unit shared|imported script|tests [compiled]
//
// `shared` puts the solution's names into the tests' scope; `imported` leaves it to the tests to load it.
// A `script` runs from top to bottom as one test, `main`; `tests` register with node:test. Lines of what was
// `compiled` are not told. One frame comes in: `nonce`, the names of the `tests`, and their `source` where no
// compiler has put them on the disk; a reply goes out for each test, and a last one for the end.
'use strict';

const { unlinkSync } = require('fs');
const { receive, send } = require('./channel.js');
const { Entries } = require('./entries.js');
const { failure } = require('./failure.js');
const { FOLDER, Loader, isModuleOnly, read } = require('./load.js');
const { sealed } = require('./seals.js');
const sound = require('./sound.js');
const { steady } = require('./streams.js');
const { strictness } = require('./strict.js');
const { Runner } = require('./tests.js');

const { defineProperty } = Reflect;
const { stringify } = JSON;
const then = Function.prototype.call.bind(Promise.prototype.then);
const leave = process.reallyExit.bind(process);

class Session {
  #give;
  #entries;
  #placed;
  #loaded = false;
  #finished = false;
  #broken = null;
  #extra = '';
  #pending = 0;
  #exitCode = undefined;
  runner;

  constructor(order, placed) {
    this.#give = sealed(order.nonce, order.tests);
    this.#entries = new Entries(order.tests);
    this.#placed = placed;
    this.runner = new Runner((path) => void this.#entries.begin(path), (...said) => this.#told(...said));
  }

  /** Sees to it that nothing which fails later goes by unheard, and that the end is noticed. */
  watch() {
    process.setUncaughtExceptionCaptureCallback((error) => this.uncaught(error));
    for (const name of ['setUncaughtExceptionCaptureCallback', 'reallyExit', 'emit', 'binding']) {
      sound.guard(process, name, `process.${name}`);
    }
    defineProperty(process, 'exitCode', {
      configurable: false,
      get: () => this.#exitCode,
      set: (value) => {
        this.#exitCode = this.#exitCode || value; // what has failed stays failed
      },
    });
    process.on('beforeExit', () => this.#drained());
    defineProperty(globalThis, 'codegen_settle', { value: (value) => this.#settle(value) });
  }

  /** Takes what a statement of the tests has made; a promise has to settle before the end. */
  #settle(value) {
    if (value instanceof Promise) {
      this.#pending += 1;
      const settled = () => void (this.#pending -= 1);
      then(value, settled, settled);
      then(value); // if nobody else takes its failure, it is not taken here
    }
    return value;
  }

  begin(name) {
    this.#entries.begin(name);
  }

  /** All that the tests' file says has been said and done, but for what is still under way: it can only fail more. */
  loaded() {
    this.#loaded = true;
    if (this.#complete() && this.#failed()) this.finish();
  }

  #failed() {
    for (const entry of this.#entries.all) if (entry.worst === 'failed' || entry.worst === 'error') return true;
    return false;
  }

  #complete() {
    for (const entry of this.#entries.all) if (entry.begun === 0 || entry.done < entry.begun) return false;
    return true;
  }

  #told(path, outcome, error) {
    const skipped = typeof error === 'string' ? error : 'skipped';
    const plain = [outcome, outcome === 'skipped' ? skipped : ''];
    const [found, message] = outcome === 'failed' ? failure(error, this.#placed) : plain;
    const entry = this.#entries.end(path, found, message);
    if (entry === undefined || entry.sent) {
      this.#add(path, found, message);
    } else if (this.#loaded && entry.done >= entry.begun) {
      this.#attest(entry, entry.worst, entry.message);
    }
  }

  /** Notes what was found beyond the tests that were found by parsing. */
  #add(path, outcome, message) {
    this.#extra += `${this.#extra && ','}[${stringify(path)},"${outcome}",${stringify(message)}]`;
  }

  /** Sends what became of a test, once nothing more of it can come. */
  #attest(entry, outcome, message) {
    if (entry.sent) return;
    entry.sent = true;
    const sealing = outcome === 'passed' || outcome === 'skipped';
    const seal = sealing ? this.#give(entry.index, outcome) : '';
    const body = `"name":${stringify(entry.name)},"outcome":"${outcome}","message":${stringify(message)}`;
    send(`{${body},"seal":"${seal}"}`);
  }

  /** An exception that nobody caught is the end: of the tests that are not done, or else of the whole. */
  uncaught(error) {
    this.#broken = this.#broken ?? failure(error, this.#placed);
    this.finish();
  }

  /** Nothing is left to be done, also later: a script that has got here, with all that it began, has passed. */
  #drained() {
    const code = this.#exitCode;
    if (code && !this.#complete()) this.#broken = this.#broken ?? ['failed', `the program would have exited with ${String(code)}`];
    if (this.#loaded && this.#pending === 0) {
      for (const entry of this.#entries.all) {
        if (entry.name === 'main' && entry.done < entry.begun) this.#entries.end('main', 'passed', '');
      }
    }
    this.finish();
  }

  /** Sends what is left, says that this was the end, and leaves. */
  finish() {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#broken && this.#complete()) this.#add('after the tests', this.#broken[0], this.#broken[1]);
    for (const entry of this.#entries.all) {
      const done = entry.done > 0 && entry.done >= entry.begun;
      if (this.#broken && !done) this.#attest(entry, this.#broken[0], this.#broken[1]);
      else if (done) this.#attest(entry, entry.worst, entry.message);
      else this.#attest(entry, 'missing', '');
    }
    const lies = stringify(sound.changed());
    send(`{"end":true,"extra":[${this.#extra}],"canary":${lies},"broken":"","seal":"${this.#give(-1, 'end')}"}`);
    leave(0);
  }
}

/** Loads the solution, then the tests with its names in their scope. */
async function shared(loader, solution, tests) {
  const trusted = loader.special;
  loader.special = {};
  const program = loader.script(solution, 'solution.js');
  const made = (strict) => loader.script(`${strict}codegen_notice();${tests}`, 'test_solution.js');
  const judging = compiled(tests, made);
  loader.share();
  sound.guard(globalThis, 'require', 'require');
  const notice = sound.globals();
  program.runInThisContext();
  sound.shadowed(tests, (name) => loader.script(name, 'name').runInThisContext());
  loader.special = trusted;
  if (judging === null) return loader.runModule(tests, 'test_solution.js');
  defineProperty(globalThis, 'codegen_notice', { value: notice });
  return judging.runInThisContext();
}

/** Loads the solution as a module, then the tests, which import it. */
async function imported(loader, solution, tests) {
  loader.solution = await new Loader().exportsOf(solution);
  loader.require.main = loader.module;
  const judging = compiled(tests, (strict) => {
    loader.commonJs(strict + tests, 'test_solution.js');
    return strict + tests;
  });
  if (judging !== null) return loader.runCommonJs(judging, 'test_solution.js');
  loader.share();
  return loader.runModule(tests, 'test_solution.js');
}

/** Returns what compiles as a script, strict if it may be, or null for what is an ES module. */
function compiled(tests, compile) {
  try {
    const strict = strictness(tests);
    if (strict) return compile(strict);
  } catch {
    // it is sloppy after all, or nothing that compiles
  }
  try {
    return compile('');
  } catch (error) {
    if (isModuleOnly(error)) return null;
    throw error;
  }
}

/** Returns the text of a file of ours and takes the file away: the program is not to find it. */
function taken(name) {
  const text = read(name);
  unlinkSync(FOLDER + name);
  return text;
}

async function main(form, kind, compiling) {
  const frame = receive();
  let order = JSON.parse(String(frame));
  frame.fill(0);
  const session = new Session(order, compiling !== 'compiled');
  const [solution, tests] = [read('solution.js'), order.source ?? taken('test_solution.js')];
  order = undefined; // what proves an outcome is now in the session alone
  steady();
  sound.close();
  session.watch();
  if (kind === 'script') session.begin('main');
  try {
    const loader = new Loader({ 'node:test': session.runner.api });
    await { shared, imported }[form](loader, solution, tests);
    await session.runner.drained();
    session.loaded();
  } catch (error) {
    session.uncaught(error);
  }
}

module.exports = { main };
