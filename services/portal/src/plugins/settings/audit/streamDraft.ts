import type { AuditStreamKind, NewAuditStream } from '../../../api/types';

/** The form for a place that the log is sent to, as typed. */
export interface StreamDraft {
  kind: AuditStreamKind;
  name: string;
  url: string;
  bucket: string;
  prefix: string;
  region: string;
  accessKey: string;
  secretKey: string;
  fromBeginning: boolean;
}

export const newStreamDraft = (kind: AuditStreamKind): StreamDraft => ({
  kind,
  name: '',
  url: '',
  bucket: '',
  prefix: '',
  region: '',
  accessKey: '',
  secretKey: '',
  fromBeginning: true,
});

export const streamKindTitles: Readonly<Record<AuditStreamKind, string>> = {
  webhook: 'Webhook',
  s3: 'S3 bucket',
};

/** What is missing, by field; the server judges the rest. */
export function streamErrors(draft: StreamDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  const need = (name: keyof StreamDraft, text: string) => {
    if (!String(draft[name]).trim()) errors[name] = text;
  };
  need('name', 'Enter a name by which you recognise it.');
  need('url', 'Enter the address.');
  if (draft.kind === 's3') {
    need('bucket', 'Enter the bucket.');
    need('region', 'Enter the region.');
    need('accessKey', 'Enter the access key.');
    need('secretKey', 'Enter the secret key.');
  }
  return errors;
}

/** What is sent: a webhook has none of a bucket's fields. */
export function toNewStream(draft: StreamDraft): NewAuditStream {
  const { kind, fromBeginning } = draft;
  const shared = {
    kind,
    name: draft.name.trim(),
    url: draft.url.trim(),
    fromBeginning,
  };
  if (kind === 'webhook') return shared;
  return {
    ...shared,
    bucket: draft.bucket.trim(),
    prefix: draft.prefix.trim(),
    region: draft.region.trim(),
    accessKey: draft.accessKey.trim(),
    secretKey: draft.secretKey.trim(),
  };
}
