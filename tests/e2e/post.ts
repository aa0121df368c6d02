/** A small SMTP server that keeps what it is given, for tests that read mails. */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail as it came. */
export interface Mail {
  readonly to: string;
  readonly text: string;
}

/** The server; its `url` is a setting. */
export interface Post {
  readonly url: string;
  /** The newest mail to an address, once there are so many. */
  mailTo(address: string, count?: number): Promise<Mail>;
  close(): void;
}

/** The first address in a mail's text that begins like this. */
export function linkIn(mail: Mail, begin: string): string {
  const at = mail.text.indexOf(begin);
  if (at < 0) throw new Error(`no ${begin} in ${mail.text}`);
  return mail.text.slice(at).split(/\s/, 1)[0] ?? '';
}

function unquoted(text: string): string {
  return text.includes('quoted-printable') ? text.replaceAll('=\n', '').replaceAll('=3D', '=') : text;
}

async function converse(socket: Socket, mails: Mail[]): Promise<void> {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let to = '';
  let text: string[] | undefined;
  say('220 post.example ESMTP');
  for await (const line of createInterface({ input: socket })) {
    if (text) {
      if (line === '.') {
        mails.push({ to, text: unquoted(text.join('\n')) });
        text = undefined;
        say('250 taken');
      } else text.push(line.startsWith('.') ? line.slice(1) : line);
      continue;
    }
    const verb = line.split(/[ :]/, 1)[0]?.toUpperCase();
    if (verb === 'RCPT') to = /<([^>]*)>/.exec(line)?.[1] ?? '';
    if (verb === 'DATA') {
      text = [];
      say('354 go on');
    } else if (verb === 'QUIT') {
      say('221 bye');
      socket.end();
    } else say('250 ok');
  }
}

/** Opens a server on a free loopback port. */
export async function openPost(): Promise<Post> {
  const mails: Mail[] = [];
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    void converse(socket, mails).catch(() => undefined);
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    async mailTo(to, count = 1) {
      for (let tries = 0; tries < 300; tries++) {
        const found = mails.filter(mail => mail.to === to);
        const newest = found.at(-1);
        if (newest && found.length >= count) return newest;
        await new Promise(wait => setTimeout(wait, 100));
      }
      throw new Error(`no ${count} mails to ${to}`);
    },
    close: () => void server.close(),
  };
}
