/**
 * The page's half of the harness: a stranger's page that imports the built client from its public address. What a test passes in is plain, with
 * `{$media: name}`, `{$opfs: name}`, `{$stream: spec}` and `{$port: spec}` standing for what only a page can hold.
 */

/**
 * @typedef {import('../harness.ts').StreamSpec} StreamSpec
 * @typedef {import('../harness.ts').StreamReport} StreamReport
 * @typedef {import('../harness.ts').When} When
 * @typedef {import('../../web/export-worker-client.js').ExportWorkerClient} Client
 */

/** @type {Map<string, Promise<File>>} */
const files = new Map();
/** @type {StreamReport[]} */
const streams = [];

/** @param {string} name @returns {Promise<File>} */
function mediaFile(name) {
  let file = files.get(name);
  if (!file) {
    file = fetch(`/__e2e/media/${name}`).then(async (response) => {
      if (!response.ok) throw new Error(`no media called ${name}`);
      return new File([await response.blob()], name, { type: response.headers.get('content-type') ?? '' });
    });
    files.set(name, file);
  }
  return file;
}

/** @param {import('../harness.ts').Broken} broken @returns {Promise<File>} */
async function brokenFile({ of, name = of, text = '', flips = 0, behind, skip = 0, put = [], repeat = [0], zerosMb = 0 }) {
  const bytes = of ? new Uint8Array(await (await mediaFile(of)).arrayBuffer()) : new TextEncoder().encode(text);
  for (let i = 0; i < flips; i++) {
    const at = Math.floor(bytes.length * (0.25 + i / (2 * flips)));
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
  }
  if (behind) {
    const found = String.fromCharCode(...bytes.subarray(0, 4096)).indexOf(behind);
    const at = found >= 0 ? found : new TextDecoder('latin1').decode(bytes).lastIndexOf(behind);
    if (at < 0) throw new Error(`no ${behind} in ${of}`);
    bytes.set(put, at + behind.length + skip);
  }
  const megabyte = new Uint8Array(1 << 20).map((_, i) => repeat[i % repeat.length] ?? 0);
  return new File([bytes, ...Array.from({ length: zerosMb }, () => megabyte)], name ?? 'broken');
}

/** The browser's own, whatever a test does with the page's. */
const later = globalThis.setTimeout.bind(globalThis);
/** @param {number} ms @returns {Promise<void>} */
const sleep = (ms) => new Promise((resolve) => later(resolve, ms));

/** What a recorded output does with what it gets: one judge for a stream of ours and for the bare port. @param {StreamSpec} spec */
function recordingSink(spec) {
  /** @type {StreamReport} */
  const report = { events: [], size: 0, holes: 0, bytes: '' };
  streams.push(report);
  /** @type {Uint8Array<ArrayBuffer>} */
  let file = new Uint8Array(0);
  /** @param {import('../harness.ts').SinkEvent} name */
  const happened = (name) => void report.events.push({ name, at: performance.now() });
  return {
    /** @param {any} chunk */
    async write({ type, position, data }) {
      happened('write');
      if (type !== 'write' || !(data instanceof Uint8Array)) throw new TypeError(`a chunk of type ${type}`);
      if (spec.writeDelayMs) await sleep(spec.writeDelayMs);
      if (spec.failAtWrite !== undefined && report.events.filter(({ name }) => name === 'write').length > spec.failAtWrite) {
        happened('failed');
        throw new DOMException(spec.failMessage ?? 'No space is left', spec.failName ?? 'QuotaExceededError');
      }
      if (spec.stallAtWrite) await new Promise(() => {});
      const end = position + data.byteLength;
      report.holes += Math.max(0, position - report.size);
      if (end > file.byteLength) {
        const larger = new Uint8Array(Math.max(end, 2 * file.byteLength));
        larger.set(file);
        file = larger;
      }
      file.set(data, position);
      report.size = Math.max(report.size, end);
      happened('written');
    },
    async close() {
      happened('close');
      if (spec.closeDelayMs) await sleep(spec.closeDelayMs);
      if (spec.failClose) {
        happened('failed');
        throw new DOMException(spec.failMessage ?? 'The disk went away', spec.failName ?? 'InvalidStateError');
      }
      report.bytes = await base64(new Blob([file.subarray(0, report.size)]));
      happened('closed');
    },
    async abort() {
      happened('abort');
    },
  };
}

/** @param {Blob} blob @returns {Promise<string>} */
function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** The page half of the port protocol, written from its description and not from web/sink.js. @param {StreamSpec} spec @returns {MessagePort} */
function recordingPort(spec) {
  const sink = recordingSink(spec);
  const { port1, port2 } = new MessageChannel();
  let queue = Promise.resolve();
  /** @param {any} message */
  const answer = async (message) => {
    try {
      if (message.type === 'write') await sink.write(message).then(() => port1.postMessage({ type: 'ack' }));
      else if (message.type === 'close') await sink.close().then(() => port1.postMessage({ type: 'closed' }));
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      port1.postMessage({ type: 'failed', name, message });
    }
  };
  port1.onmessage = ({ data }) => {
    if (data.type === 'abort') void sink.abort().then(() => port1.postMessage({ type: 'aborted' }));
    else queue = queue.then(() => answer(data));
  };
  return port2;
}

/** @param {any} value @param {Transferable[]} transfer @returns {Promise<any>} */
async function made(value, transfer) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => made(item, transfer)));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  if ('$media' in value) return mediaFile(value.$media);
  if ('$broken' in value) return brokenFile(value.$broken);
  if ('$blob' in value) return new Blob([value.$blob]);
  if ('$bytes' in value) return new File([Uint8Array.from(atob(value.$bytes), (char) => char.charCodeAt(0))], value.name);
  if ('$file' in value) return new File([value.$file], value.name);
  if ('$opfs' in value) return (await navigator.storage.getDirectory()).getFileHandle(value.$opfs, { create: true });
  if ('$stream' in value) {
    const stream = new WritableStream(recordingSink(value.$stream));
    transfer.push(stream);
    return stream;
  }
  if ('$port' in value) {
    const port = recordingPort(value.$port);
    transfer.push(port);
    return port;
  }
  // One after the other: two streams in one message would otherwise be counted in any order.
  const copy = /** @type {Record<string, any>} */ ({});
  for (const [key, item] of Object.entries(value)) copy[key] = await made(item, transfer);
  return copy;
}

/** @type {Client | undefined} */
let client;

async function theClient() {
  if (client) return client;
  const address = new URL('/export-worker-client.js', location.href).href;
  const module = /** @type {typeof import('../../web/export-worker-client.js')} */ (await import(address));
  client = new module.ExportWorkerClient();
  return client;
}

/** The client's own, of its time. */
const clientWorker = () => granWorkers.findLast(({ name }) => name?.startsWith('gran-export'));

/** Calls `act` once, at the moment that `when` describes. @param {When} when @param {() => void} act @returns {() => void} forgets it */
function at(when, act) {
  const { log } = granRecord;
  let next = log.length;
  const started = performance.now();
  const timer = setInterval(() => {
    let due = when.afterMs !== undefined && performance.now() - started >= when.afterMs;
    for (; next < log.length; next++) {
      const message = /** @type {any} */ (log[next]?.message);
      if (message?.type !== 'progress') continue;
      due ||= message.phase === when.phase || (when.frame !== undefined && message.frame.current >= when.frame);
    }
    if (!due) return;
    clearInterval(timer);
    setTimeout(act, when.laterMs ?? 0);
  }, 1);
  return () => clearInterval(timer);
}

/** @param {any} error */
function plain(error) {
  const { name, message, recoverable, code, clipId, timeUs } = error;
  return { name, message, recoverable, code, clipId, timeUs };
}

globalThis.granDriver = {
  async boot() {
    await (
      await theClient()
    ).ready;
  },

  /** One export through the public client. */
  async export({ timeline, settings, output, cancel, signal, faults }) {
    const exporter = await theClient();
    clientWorker()?.breakWith(faults ?? []);
    const request = { timeline: await made(timeline, []), settings, output: await made(output, []) };
    const from = granRecord.log.length;
    const stream = streams.length - 1;
    const startedAt = performance.now();
    /** @type {number | undefined} */
    let cancelledAt;
    const controller = new AbortController();
    const forget = at(cancel ?? {}, () => {
      cancelledAt = performance.now();
      if (signal) controller.abort();
      else exporter.cancel();
    });
    /** @type {Record<string, unknown>} */
    const seen = {};
    try {
      seen.completed = await exporter.export(request, { signal: controller.signal });
    } catch (error) {
      seen.error = plain(error);
    }
    const endedAt = performance.now();
    forget();
    return { ...seen, from, to: granRecord.log.length, startedAt, endedAt, cancelledAt, stream };
  },

  /** A second call while one runs: what the client answers, without waiting for the first. */
  async refusal({ timeline, settings, output }) {
    const exporter = await theClient();
    const request = { timeline: await made(timeline, []), settings, output: await made(output, []) };
    return exporter.export(request).then(
      () => null,
      (error) => plain(error),
    );
  },

  async call(method, args) {
    const exporter = /** @type {any} */ (await theClient());
    return exporter[method](...(await made(args, []))).then(
      (/** @type {any} */ value) => ({ value }),
      (/** @type {any} */ error) => ({ error: plain(error) }),
    );
  },
  make: (value) => made(value, []),

  async ask(question, value) {
    const exporter = await theClient();
    if (question === 'probe') return exporter.probeSource(await made(value, []));
    return exporter.querySupport(value);
  },

  cancel: async () => (await theClient()).cancel(),

  /** A worker of one's own, for what the client does not let through. */
  async openWire() {
    new Worker('/export-worker.js', { type: 'module' });
    wires.push(/** @type {(typeof granWorkers)[number]} */ (granWorkers.at(-1)));
    return { wire: wires.length - 1, worker: granWorkers.length };
  },

  async post(wire, message, transfers = true) {
    /** @type {Transferable[]} */
    const transfer = [];
    const whole = await made(message, transfer);
    wires[wire]?.postMessage(whole, transfers ? transfer : []);
  },

  async closeWire(wire) {
    wires[wire]?.terminate();
  },

  async breakWire(wire, faults) {
    wires[wire]?.breakWith(faults);
  },

  async audit(wire) {
    const worker = wire === undefined ? clientWorker() : wires[wire];
    if (!worker) throw new Error('no worker to audit');
    return worker.audit();
  },

  async streams() {
    return streams;
  },

  /** The origin's private files: names and sizes. */
  async list() {
    const found = /** @type {Record<string, number>} */ ({});
    for await (const [name, handle] of (await navigator.storage.getDirectory()).entries()) {
      if (handle.kind === 'file') {
        // What is taken away while others are counted is not there any more.
        const file = await /** @type {FileSystemFileHandle} */ (handle).getFile().catch(() => undefined);
        if (file) found[name] = file.size;
      } else found[name] = -1;
    }
    return found;
  },

  async write(name, text) {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    await writable.write(text);
    await writable.close();
  },

  async read(name) {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(name);
    return base64(await handle.getFile());
  },

  async remove(name) {
    await (await navigator.storage.getDirectory()).removeEntry(name);
  },

  async hold(name) {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
    held = await /** @type {any} */ (handle).createWritable({ mode: 'exclusive' });
  },

  async release(name) {
    await held?.write('theirs');
    await held?.close();
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(name);
    return (await handle.getFile()).text();
  },

  /** Whether nobody else has the file open. Throws otherwise. */
  async unlocked(name) {
    const root = await navigator.storage.getDirectory();
    const existed = name in (await this.list());
    const handle = await root.getFileHandle(name, { create: true });
    const writable = await /** @type {any} */ (handle).createWritable({ mode: 'exclusive' });
    await writable.abort();
    // The browser lets go of the file a moment after abort() says so.
    while (!existed) {
      try {
        return await root.removeEntry(name);
      } catch {
        await sleep(20);
      }
    }
  },
};

/** @type {FileSystemWritableFileStream | undefined} */
let held;
/** @type {typeof granWorkers} */
const wires = [];
