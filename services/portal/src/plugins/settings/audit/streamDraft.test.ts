import { describe, expect, it } from 'vitest';
import { newStreamDraft, streamErrors, toNewStream } from './streamDraft';

describe('streamDraft', () => {
  it('asks for what each kind needs', () => {
    expect(Object.keys(streamErrors(newStreamDraft('webhook')))).toEqual([
      'name',
      'url',
    ]);
    expect(Object.keys(streamErrors(newStreamDraft('s3')))).toEqual([
      'name',
      'url',
      'bucket',
      'region',
      'accessKey',
      'secretKey',
    ]);
  });

  it('sends nothing of a bucket for a webhook', () => {
    const draft = {
      ...newStreamDraft('s3'),
      name: ' SIEM ',
      url: 'https://logs.example/in',
      secretKey: 'x',
    };
    expect(toNewStream({ ...draft, kind: 'webhook' })).toEqual({
      kind: 'webhook',
      name: 'SIEM',
      url: 'https://logs.example/in',
      fromBeginning: true,
    });
    expect(toNewStream(draft).secretKey).toBe('x');
  });
});
