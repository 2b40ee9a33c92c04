/**
 * Runs in the worker before anything of Gran's: makes what the platform gives fail, hang or dawdle as a test describes it, and counts what is
 * open. The product knows nothing of it: it sees classes and functions of the browser that behave as some browsers, disks and files do.
 *
 * page to worker: {harness: 'faults', faults} | {harness: 'audit', id}
 * worker to page: {harness: 'answer', id, audit}
 */
{
  /**
   * @typedef {import('../faults.ts').Fault} Fault
   * @typedef {import('../faults.ts').Audit} Audit
   * @typedef {(...args: any[]) => any} Call
   */
  const scope = /** @type {any} */ (self);
  const later = setTimeout;
  /** @param {number} ms @returns {Promise<void>} */
  const sleep = (ms) => new Promise((resolve) => later(resolve, ms));

  // What is open

  /** @type {Record<string, Set<object>>} */
  const open = {};
  /** @type {Record<string, number>} */
  let most = {};
  /** @param {string} kind @returns {Set<object>} */
  const all = (kind) => (open[kind] ??= new Set());
  /** @param {string} kind @param {any} thing */
  function opened(kind, thing) {
    if (thing) all(kind).add(thing);
    most[kind] = Math.max(most[kind] ?? 0, all(kind).size);
    return thing;
  }
  /** @param {string} name @param {number} count */
  const peak = (name, count) => (most[name] = Math.max(most[name] ?? 0, count));

  /** What encoders were given, as the bytes of their planes. @type {Promise<string>[]} */
  let kept = [];
  /** @param {VideoFrame} frame */
  async function bytesOf(frame) {
    const own = frame.clone();
    try {
      const bytes = new Uint8Array(own.allocationSize());
      await own.copyTo(bytes);
      let text = '';
      for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
      return btoa(text);
    } finally {
      own.close();
    }
  }

  // What goes wrong

  /** @type {(Fault & {calls: number})[]} */
  let faults = [];
  let struck = 0;

  /** @param {string} where @param {any} thing @returns {Fault | undefined} the fault that is due at this call */
  function due(where, thing) {
    for (const fault of faults) {
      if (fault.where !== where) continue;
      if (fault.hardware && configs.get(thing)?.hardwareAcceleration === 'prefer-software') continue;
      const call = fault.calls++;
      if (call < (fault.at ?? 0) || call >= (fault.at ?? 0) + (fault.times ?? Infinity)) continue;
      struck++;
      return fault;
    }
    return undefined;
  }

  /** @param {Fault} fault */
  const exception = ({ name = 'EncodingError', message = 'Made to fail' }) => {
    const error = new DOMException(message, name);
    // The browser's own have one.
    return Object.defineProperty(error, 'stack', { value: new Error().stack, writable: true });
  };

  /** @param {number} ms */
  function block(ms) {
    for (const end = performance.now() + ms; performance.now() < end;);
  }

  /** @param {Fault} fault @param {any} thing @param {() => any} act */
  function happen(fault, thing, act) {
    switch (fault.how) {
      case 'throw':
        throw exception(fault);
      case 'reject':
        return Promise.reject(exception(fault));
      case 'hang':
        return hang(thing);
      case 'slow':
        return sleep(fault.ms ?? 0).then(act);
      case 'block':
        block(fault.ms ?? 0);
        return act();
      case 'lie':
        return Promise.resolve(fault.value);
      case 'keep':
        return act();
      case 'drop':
        return undefined;
      case 'close':
        return close();
      case 'error':
        later(() => breakDown(thing, exception(fault)), fault.ms ?? 0);
        return fault.ms ? act() : undefined;
    }
  }

  /** Never comes, unless what was asked is closed. @param {any} thing */
  function hang(thing) {
    return new Promise((_, reject) => {
      hanging.set(thing, [...(hanging.get(thing) ?? []), reject]);
    });
  }
  /** @type {WeakMap<object, ((error: any) => void)[]>} */
  const hanging = new WeakMap();

  /** A codec breaks down: it closes itself and says why. @param {any} codec @param {DOMException} error */
  function breakDown(codec, error) {
    if (codec.state === 'closed') return;
    codec.close();
    callbacks.get(codec)?.error(error);
  }

  /** Wraps a method. @param {any} owner @param {string} name @param {string} where @param {(call: Call, thing: any, args: any[]) => any} [around] */
  function wrap(owner, name, where, around = (call) => call()) {
    const original = owner?.[name];
    if (!original) return;
    owner[name] = function (/** @type {any[]} */ ...args) {
      const act = () => around(() => original.apply(this, args), this, args);
      const fault = due(where, this);
      return fault ? happen(fault, this, act) : act();
    };
  }

  /** @param {string} name @param {(make: () => any, args: any[]) => any} around */
  function wrapClass(name, around) {
    const original = scope[name];
    if (!original) return;
    const wrapped = new Proxy(original, {
      construct: (target, args, newTarget) => {
        const act = () => around(() => Reflect.construct(target, args, newTarget === wrapped ? target : newTarget), args);
        const fault = due(name, undefined);
        return fault ? happen(fault, undefined, act) : act();
      },
    });
    scope[name] = wrapped;
  }

  // Pictures and sound

  for (const kind of ['VideoFrame', 'AudioData']) {
    const { prototype } = scope[kind];
    wrapClass(kind, (make) => opened(kind, make()));
    wrap(prototype, 'clone', `${kind}.clone`, (call) => opened(kind, call()));
    wrap(prototype, 'close', `${kind}.close`, (call, thing) => (all(kind).delete(thing), call()));
  }
  wrap(ImageBitmap.prototype, 'close', 'ImageBitmap.close', (call, thing) => (all('ImageBitmap').delete(thing), call()));
  wrap(scope, 'createImageBitmap', 'createImageBitmap', async (call) => opened('ImageBitmap', await call()));
  wrap(OffscreenCanvas.prototype, 'transferToImageBitmap', 'transferToImageBitmap', (call) => opened('ImageBitmap', call()));
  wrap(OffscreenCanvas.prototype, 'getContext', 'OffscreenCanvas.getContext');
  wrap(scope.ImageDecoder?.prototype, 'decode', 'ImageDecoder.decode', async (call) => {
    const decoded = await call();
    opened('VideoFrame', decoded.image);
    return decoded;
  });
  wrap(scope.ImageDecoder?.prototype, 'close', 'ImageDecoder.close', (call, thing) => (all('ImageDecoder').delete(thing), call()));
  wrapClass('ImageDecoder', (make) => opened('ImageDecoder', make()));

  // Codecs

  /** @type {WeakMap<object, any>} */
  const configs = new WeakMap();
  /** @type {WeakMap<object, {output: Call, error: Call}>} */
  const callbacks = new WeakMap();
  /** Chunks that a decoder was given and never looked at. @type {WeakMap<object, number>} */
  const swallowed = new WeakMap();
  /** @type {WeakSet<object>} */
  const delivered = new WeakSet();
  /** When the last export was asked for. */
  let askedAt = 0;
  /** Outputs that are still to be delivered. @type {WeakMap<object, Promise<void>>} */
  const delivering = new WeakMap();

  for (const name of ['VideoDecoder', 'AudioDecoder', 'VideoEncoder', 'AudioEncoder']) {
    const { prototype } = scope[name];
    const made = { VideoDecoder: 'VideoFrame', AudioDecoder: 'AudioData' }[name];
    const work = made ? 'decode' : 'encode';
    const queue = `${work}QueueSize`;
    const depth = Object.getOwnPropertyDescriptor(prototype, queue)?.get;
    Object.defineProperty(prototype, queue, {
      configurable: true,
      get() {
        return depth?.call(this) + (swallowed.get(this) ?? 0);
      },
    });
    /** @param {any} codec @param {any[]} outputs */
    function deliver(codec, outputs) {
      if (made) opened(made, outputs[0]);
      if (!delivered.has(codec)) most[`${name} first output, ms`] = performance.now() - askedAt;
      delivered.add(codec);
      const give = () => (codec.state === 'closed' ? made && outputs[0].close() : callbacks.get(codec)?.output(...outputs));
      const fault = due(`${name}.output`, codec);
      const before = delivering.get(codec);
      if (fault?.how === 'slow' || (before && !fault)) {
        // In their order: one that comes late holds up the others.
        const late = () => sleep(fault?.ms ?? 0).then(give);
        delivering.set(codec, before ? before.then(fault ? late : give) : late());
      } else if (fault) {
        made && outputs[0].close();
        if (fault.how === 'error') happen(fault, codec, give);
      } else give();
    }
    wrapClass(name, (make, args) => {
      const given = args[0];
      /** @type {any} */
      let codec;
      args[0] = {
        output: (/** @type {any[]} */ ...outputs) => deliver(codec, outputs),
        error: (/** @type {any} */ error) => (all(name).delete(codec), given.error(error)),
      };
      codec = make();
      callbacks.set(codec, given);
      return opened(name, codec);
    });
    wrap(scope[name], 'isConfigSupported', `${name}.isConfigSupported`);
    wrap(prototype, 'configure', `${name}.configure`, (call, codec, args) => (configs.set(codec, args[0]), call()));
    wrap(prototype, 'close', `${name}.close`, (call, codec) => {
      all(name).delete(codec);
      for (const reject of hanging.get(codec) ?? []) reject(new DOMException('The codec was closed', 'AbortError'));
      hanging.delete(codec);
      return call();
    });
    const flush = prototype.flush;
    prototype.flush = function () {
      peak(`${name} flushes`, (most[`${name} flushes`] ?? 0) + 1);
      const fault = due(`${name}.flush`, this);
      const act = () => (swallowed.get(this) ? hang(this) : flush.call(this).then(() => delivering.get(this)));
      if (fault?.how !== 'error') return fault ? happen(fault, this, act) : act();
      if (fault.ms) return act().then(() => void later(() => breakDown(this, exception(fault)), fault.ms));
      breakDown(this, exception(fault));
      return Promise.reject(exception(fault));
    };
    const original = prototype[work];
    prototype[work] = function (/** @type {any[]} */ ...args) {
      const fault = due(`${name}.${work}`, this);
      if (fault?.how === 'keep') kept.push(bytesOf(args[0]));
      if (fault?.how === 'hang') return void swallowed.set(this, (swallowed.get(this) ?? 0) + 1);
      if (fault?.how === 'error' && this.state === 'closed') return original.apply(this, args);
      if (fault) return happen(fault, this, () => original.apply(this, args));
      original.apply(this, args);
      peak(`${name}.${queue}`, this[queue]);
    };
  }

  // Files and streams

  wrap(scope, 'fetch', 'fetch');
  wrap(Blob.prototype, 'arrayBuffer', 'Blob.arrayBuffer');
  wrap(Blob.prototype, 'slice', 'Blob.slice');
  wrap(ReadableStreamDefaultReader.prototype, 'read', 'ReadableStreamDefaultReader.read');
  wrap(FileSystemFileHandle.prototype, 'getFile', 'FileSystemFileHandle.getFile');
  wrap(FileSystemFileHandle.prototype, 'remove', 'FileSystemFileHandle.remove');
  wrap(FileSystemFileHandle.prototype, 'createWritable', 'FileSystemFileHandle.createWritable', async (call) =>
    opened('FileSystemWritableFileStream', await call()),
  );
  /** @param {string} kind @param {any} prototype */
  const wrapWriter = (kind, prototype) => {
    let writing = 0;
    wrap(prototype, 'write', `${kind}.write`, async (call) => {
      peak(`${kind} writes`, ++writing);
      try {
        return await call();
      } finally {
        writing--;
      }
    });
    for (const end of ['close', 'abort'])
      wrap(prototype, end, `${kind}.${end}`, async (call, writer) => {
        // Counted as closed only by its word: a lock that stays is a leak.
        await call();
        all(kind).delete(writer);
      });
  };
  wrapWriter('FileSystemWritableFileStream', FileSystemWritableFileStream.prototype);
  wrapWriter('WritableStreamDefaultWriter', WritableStreamDefaultWriter.prototype);
  wrap(MessagePort.prototype, 'close', 'MessagePort.close', (call, port) => (all('MessagePort').delete(port), call()));
  wrapClass('Worker', (make) => opened('Worker', make()));
  wrap(Worker.prototype, 'terminate', 'Worker.terminate', (call, worker) => (all('Worker').delete(worker), call()));

  // Python's ways into JavaScript

  const { construct } = Reflect;
  Reflect.construct = (/** @type {any} */ target, /** @type {any} */ args, newTarget = target) => {
    const made = construct(target, args, newTarget);
    if (typeof made.computeDuration !== 'function' || typeof made.dispose !== 'function') return made;
    const dispose = made.dispose.bind(made);
    made.dispose = () => (all('Input').delete(made), dispose());
    return opened('Input', made);
  };
  /** Pyodide registers each of Python's objects that JavaScript holds, and unregisters it when it is destroyed. */
  const proxies = new Set();
  scope.FinalizationRegistry = class extends /** @type {any} */ (FinalizationRegistry) {
    /** @param {any} target @param {any} held @param {any} token */
    register(target, held, token) {
      if (held?.ptr !== undefined) proxies.add(token);
      super.register(target, held, token);
    }
    /** @param {any} token */
    unregister(token) {
      proxies.delete(token);
      return super.unregister(token);
    }
  };

  // The wire to the test

  /** @returns {Promise<Audit>} */
  async function audit() {
    const pictures = await Promise.all(kept);
    // What was transferred is as good as closed here.
    for (const frame of all('VideoFrame')) if (!(/** @type {any} */ (frame).codedWidth)) all('VideoFrame').delete(frame);
    const counts = Object.fromEntries(Object.entries(open).map(([kind, things]) => [kind, things.size]));
    return { open: counts, most, proxies: proxies.size, struck, pictures };
  }

  addEventListener('message', (event) => {
    const { data } = event;
    if (data?.harness === undefined) {
      if (data?.type === 'init_export') askedAt = performance.now();
      // What is lent is lent for the worker's life.
      if (!data?.type?.startsWith('lend_')) for (const port of event.ports) opened('MessagePort', port);
      return;
    }
    event.stopImmediatePropagation();
    if (data.harness === 'faults') {
      faults = data.faults.map((/** @type {Fault} */ fault) => ({ ...fault, calls: 0 }));
      [most, struck, kept] = [{}, 0, []];
    } else void audit().then((audit) => postMessage({ harness: 'answer', id: data.id, audit }));
  });
}
