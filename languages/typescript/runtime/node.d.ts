// What a program may name beside the language itself: enough of Node.js to be compiled at once.
// The linter has the real types.
declare function codegen_settle<T>(value: T): T;
declare var console: any;
declare var process: any;
declare var Buffer: any;
interface Buffer {
  [name: string]: any;
}
declare var global: any;
declare var require: any;
declare var module: any;
declare var exports: any;
declare var __dirname: string;
declare var __filename: string;
declare var performance: any;
declare var crypto: any;
declare function fetch(...words: any[]): Promise<any>;
declare function structuredClone<T>(value: T, options?: any): T;
declare function queueMicrotask(work: () => void): void;
declare function setTimeout(work: (...words: any[]) => void, milliseconds?: number, ...words: any[]): any;
declare function setInterval(work: (...words: any[]) => void, milliseconds?: number, ...words: any[]): any;
declare function setImmediate(work: (...words: any[]) => void, ...words: any[]): any;
declare function clearTimeout(timer: any): void;
declare function clearInterval(timer: any): void;
declare function clearImmediate(timer: any): void;
declare function atob(text: string): string;
declare function btoa(text: string): string;
declare var URL: any;
interface URL {
  [name: string]: any;
}
declare var URLSearchParams: any;
declare var TextEncoder: any;
declare var TextDecoder: any;
declare var AbortController: any;
declare var AbortSignal: any;
declare var Event: any;
declare var EventTarget: any;
declare namespace NodeJS {
  type Timeout = any;
  type Timer = any;
}
declare module 'node:*';
declare module 'assert';
declare module 'assert/strict';
declare module 'buffer';
declare module 'child_process';
declare module 'crypto';
declare module 'events';
declare module 'fs';
declare module 'fs/promises';
declare module 'os';
declare module 'path';
declare module 'perf_hooks';
declare module 'process';
declare module 'readline';
declare module 'readline/promises';
declare module 'stream';
declare module 'string_decoder';
declare module 'timers';
declare module 'timers/promises';
declare module 'url';
declare module 'util';
declare module 'worker_threads';
declare module 'zlib';
