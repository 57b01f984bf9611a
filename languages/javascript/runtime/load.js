// Loads a solution and its tests into this process: as scripts of one scope, or as modules.
//
// A file that cannot be read as a script is an ES module. Not here: the loader of node itself, which would
// look for packages; a relative import of anything but the solution is refused.
'use strict';

const fs = require('fs');
const Module = require('module');
const vm = require('vm');

const { defineProperty } = Reflect;
const FOLDER = '/job/';
const MODULE_ONLY = /import statement|Unexpected token 'export'|import\.meta|await is only valid/;
const SOLUTION = /^\.{1,2}\/(?:.*\/)?solution(?:\.[cm]?[jt]s)?$/;

const read = (name) => fs.readFileSync(FOLDER + name, 'utf8');

/** Returns the names that names.js lists: what a solution binds at its top level. */
function listed() {
  const found = { names: [], fallback: '' };
  if (!fs.existsSync(`${FOLDER}names.js`)) return found;
  for (const line of read('names.js').split('\n')) {
    const name = /^([\p{ID_Start}$_][\p{ID_Continue}$]*),$/u.exec(line);
    const fallback = /^\/\/ default: (.+)$/.exec(line);
    if (name) found.names.push(name[1]);
    if (fallback) found.fallback = fallback[1];
  }
  return found;
}

/** What one of the two files sees: `require`, the module that it is, and where an import leads. */
class Loader {
  #builtin = Module.createRequire(`${FOLDER}solution.js`);
  special;
  solution;

  /** `special` holds modules that are given instead of node's own, by name. */
  constructor(special = {}) {
    this.special = special;
    const require = (name) => this.required(name);
    this.require = Object.assign(require, { cache: {}, extensions: {}, main: undefined, resolve: (name) => name });
    this.module = { exports: {}, id: '.', filename: `${FOLDER}solution.js`, loaded: false, children: [], paths: [] };
    this.module.require = this.require;
  }

  required(name) {
    if (SOLUTION.test(name) && this.solution !== undefined) return this.solution;
    return this.special[name] ?? this.#builtin(name);
  }

  /** Returns a script of the global scope; may raise a SyntaxError. */
  script(source, filename) {
    return new vm.Script(source, { filename, importModuleDynamically: (name) => this.imported(name) });
  }

  /** Returns a function of what a CommonJS module sees. */
  commonJs(source, filename) {
    return vm.compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename,
      importModuleDynamically: (name) => this.imported(name),
    });
  }

  /** Runs a text as a CommonJS module and returns what its last line returns. */
  runCommonJs(source, filename) {
    const { module } = this;
    const run = this.commonJs(source, filename);
    return run.call(module.exports, module.exports, this.require, module, FOLDER + filename, '/job');
  }

  /** Returns an ES module; may raise a SyntaxError. */
  esModule(source, filename) {
    return new vm.SourceTextModule(source, {
      identifier: FOLDER + filename,
      importModuleDynamically: (name) => this.imported(name),
      initializeImportMeta: (meta) => {
        meta.url = `file://${FOLDER}${filename}`;
        meta.filename = FOLDER + filename;
        meta.dirname = '/job';
      },
    });
  }

  /** Runs a text as an ES module and returns its namespace. */
  async runModule(source, filename) {
    const made = this.esModule(source, filename);
    await made.link((name) => this.imported(name));
    await made.evaluate();
    return made.namespace;
  }

  async imported(name) {
    const value = this.required(name);
    const object = value !== null && ['object', 'function'].includes(typeof value);
    const keys = object ? Object.keys(value).filter((key) => key !== 'default') : [];
    const made = new vm.SyntheticModule(['default', ...keys], function () {
      this.setExport('default', object && 'default' in value ? value.default : value);
      for (const key of keys) this.setExport(key, value[key]);
    });
    await made.link(() => undefined);
    await made.evaluate();
    return made;
  }

  /** Gives the global scope what a script's own module would see. */
  share() {
    const globals = { module: this.module, exports: this.module.exports, __filename: `${FOLDER}solution.js`, __dirname: '/job' };
    for (const [name, value] of Object.entries(globals)) {
      defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
    }
    this.require.main = this.module;
    defineProperty(globalThis, 'require', { value: this.require, configurable: true, enumerable: false });
  }

  /** Loads the solution as a module of its own and returns what others see of it. */
  async exportsOf(source) {
    const { names, fallback } = listed();
    const each = names.map((name) => `get ${name}() { return ${name}; }`).join(', ');
    try {
      this.commonJs(source, 'solution.js');
    } catch (error) {
      if (!isModuleOnly(error)) throw error;
      this.share(); // an import that was made a constant wants `require`
      const exported = names.map((name) => `${name} as ${name}`).join(', ');
      return this.runModule(`${source}\nexport { ${exported} };`, 'solution.js');
    }
    const bound = this.runCommonJs(`${source}\n;return { ${each} };`, 'solution.js');
    const { exports } = this.module;
    if (typeof exports !== 'object' || exports === null || Object.keys(exports).length) return exports;
    const shown = bound ?? {};
    if (fallback) defineProperty(shown, 'default', { value: bound[fallback], enumerable: true });
    return shown;
  }
}

/** Whether a text is an ES module, from why it is no script. */
const isModuleOnly = (error) => error instanceof SyntaxError && MODULE_ONLY.test(error.message);

module.exports = { FOLDER, Loader, isModuleOnly, read };
