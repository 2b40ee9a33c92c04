/** What §2 of the specification asks of every message and of their order, whatever the test is about. */

export interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Entry {
  /** The page's clock, ms. */
  readonly at: number;
  readonly worker: number;
  /** To the worker; of those only the type is kept. */
  readonly sent: boolean;
  readonly message: Message;
}

export interface Progress extends Message {
  readonly type: 'progress';
  readonly phase: Phase;
  readonly percent: number;
  readonly frame: { readonly current: number; readonly total: number };
}

export const PHASES = ['decode', 'compose', 'encode', 'finalize'] as const;
export type Phase = (typeof PHASES)[number];

/** Exactly these fields, or these and any of the second list. */
const FIELDS: Readonly<Record<string, readonly [required: readonly string[], optional: readonly string[]]>> = {
  progress: [['frame', 'percent', 'phase'], []],
  error: [['message', 'recoverable'], []],
  completed: [['durationMs', 'frames'], []],
  ready: [[], []],
  warning: [['code', 'message'], ['clipId']],
  failure: [['code'], ['clipId', 'timeUs']],
};

/** Of an export; other messages may come at any time. */
const OF_EXPORTS = ['progress', 'error', 'completed', 'warning', 'telemetry', 'failure'];

/** What the worker is sent and need not answer with an end. */
const QUESTIONS = ['probe_source', 'query_support', 'import_otio', 'export_otio', 'import_captions', 'export_captions'];
const HARMLESS = ['cancel_export', 'lend_rasteriser', 'lend_viewer', ...QUESTIONS];

/** The page reads its messages when it gets to them: they may arrive closer together, or later, than they were sent. */
const JITTER_MS = 100;
const HEARTBEAT_MS = 2000;
const LATE_MS = 700;

export function isProgress(message: Message): message is Progress {
  return message.type === 'progress';
}

function fieldProblems(message: Message): string[] {
  const fields = FIELDS[message.type];
  if (!fields) return [];
  const [required, optional] = fields;
  const names = Object.keys(message).filter((name) => name !== 'type');
  const missing = required.filter((name) => !names.includes(name));
  const extra = names.filter((name) => !required.includes(name) && !optional.includes(name));
  const empty = names.filter((name) => message[name] === null || message[name] === undefined);
  return [
    ...missing.map((name) => `${message.type} lacks ${name}`),
    ...extra.map((name) => `${message.type} has ${name}`),
    ...empty.map((name) => `${message.type}.${name} is ${message[name]}`),
  ];
}

/** Progress of one export: `entries` from its start to its end. */
function progressProblems(entries: readonly Entry[], startedAt: number, endedAt: number, succeeded: boolean): string[] {
  const problems: string[] = [];
  const reports = entries.filter((entry): entry is Entry & { message: Progress } => isProgress(entry.message));
  let [percent, current] = [0, 0];
  for (const { message } of reports) {
    const { frame } = message;
    if (!(message.percent >= 0 && message.percent <= 100)) problems.push(`percent is ${message.percent}`);
    if (message.percent < percent) problems.push(`percent went back from ${percent} to ${message.percent}`);
    if (frame.current < current) problems.push(`frame.current went back from ${current} to ${frame.current}`);
    if (!Number.isInteger(frame.current) || !Number.isInteger(frame.total)) problems.push(`frame is ${frame.current}/${frame.total}`);
    if (frame.current > frame.total) problems.push(`frame ${frame.current} of ${frame.total}`);
    if (Object.keys(frame).sort().join() !== 'current,total') problems.push(`frame has the fields ${Object.keys(frame)}`);
    if (message.percent === 100 && message.phase !== 'finalize') problems.push(`100 % in phase ${message.phase}`);
    [percent, current] = [message.percent, frame.current];
  }
  // Zero until the plan is made.
  const totals = new Set(reports.map(({ message }) => message.frame.total).filter((total) => total > 0));
  if (totals.size > 1) problems.push(`frame.total changed: ${[...totals]}`);

  const times = reports.map(({ at }) => at);
  times.forEach((at, i) => {
    const within = times.slice(i).filter((other) => other - at < 1000 - JITTER_MS).length;
    if (within > 10) problems.push(`${within} progress messages in ${1000 - JITTER_MS} ms`);
  });
  [...times, endedAt].forEach((at, i) => {
    const silence = at - (times[i - 1] ?? startedAt);
    if (silence > HEARTBEAT_MS + LATE_MS) problems.push(`no progress for ${Math.round(silence)} ms`);
  });

  const seen = [...new Set(reports.map(({ message }) => message.phase))];
  if (seen.some((phase) => !PHASES.includes(phase))) problems.push(`phases ${seen}`);
  const order = PHASES.filter((phase) => seen.includes(phase));
  if (order.join() !== seen.join()) problems.push(`phases first came in the order ${seen}`);
  if (succeeded) {
    if (order.length !== PHASES.length) problems.push(`a success with the phases ${seen} only`);
    const last = reports.at(-1)?.message;
    if (last?.phase !== 'finalize') problems.push(`the last phase was ${last?.phase}`);
    if (last?.frame.current !== last?.frame.total) problems.push(`ended at frame ${last?.frame.current} of ${last?.frame.total}`);
  }
  return problems;
}

/** Everything wrong with what went over the wires of a page, in words. */
export function problemsIn(log: readonly Entry[]): string[] {
  const problems: string[] = [];
  for (const worker of new Set(log.map((entry) => entry.worker))) {
    let running = 0;
    let ready = false;
    let startedAt = 0;
    let since: Entry[] = [];
    let failed = false;
    let open: Message['liveObjects'];
    for (const entry of log.filter((one) => one.worker === worker)) {
      const { message } = entry;
      if (entry.sent) {
        if (message.type === 'terminate') break;
        // Nonsense is answered like an export that could not begin.
        if (HARMLESS.includes(message.type)) continue;
        if (running++ === 0) [startedAt, since] = [entry.at, []];
        continue;
      }
      problems.push(...fieldProblems(message));
      if (message.type === 'ready') {
        if (ready) problems.push('ready came twice');
        ready = true;
        // An early message waits; its export's silence counts from here.
        startedAt = entry.at;
      }
      if (!OF_EXPORTS.includes(message.type)) continue;
      if (running === 0 && !(message.type === 'error' && !ready)) problems.push(`${message.type} with no export running`);
      if (failed && message.type !== 'error') problems.push(`${message.type} between failure and error`);
      failed = message.type === 'failure';
      since.push(entry);
      if (message.type === 'telemetry') open = message.liveObjects;
      if (message.type !== 'completed' && message.type !== 'error') continue;
      // A busy answer ends nothing: the export that runs is judged when its own end comes.
      const busy = message.type === 'error' && running > 1 && /running already|already running|\bbusy\b/i.test(String(message.message));
      const left = Object.entries(open ?? {}).filter(([, count]) => count !== 0);
      if (running === 1 && left.length) problems.push(`after ${message.type} there were still ${left.map((each) => each.join(': '))}`);
      running--;
      if (busy) continue;
      problems.push(...progressProblems(since, startedAt, entry.at, message.type === 'completed'));
      since = [];
    }
    if (failed) problems.push('a failure without its error');
  }
  return problems;
}
