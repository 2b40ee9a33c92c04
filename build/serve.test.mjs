import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeaders } from './serve.mjs';

const TEXT = `# a comment
/*
  X-All: yes

/
  Content-Security-Policy: default-src 'none'; img-src 'self' blob:

/assets/*
  X-All: again
`;

test('rules apply to the paths that they name', () => {
  const headersFor = parseHeaders(TEXT);
  assert.deepEqual(headersFor('/'), { 'X-All': 'yes', 'Content-Security-Policy': "default-src 'none'; img-src 'self' blob:" });
  assert.deepEqual(headersFor('/other'), { 'X-All': 'yes' });
});

test('rules that match one path add up', () => {
  assert.deepEqual(parseHeaders(TEXT)('/assets/x.js'), { 'X-All': 'yes, again' });
});
