/** What a portal talks to in the outside world, on loopback: an archive of audit events, a GitLab with one file, and files. */
import { createServer } from 'node:http';

/** The running server. */
export interface Neighbours {
  /** `localhost:PORT`, for the operator's reading allow-list. */
  readonly host: string;
  /** Actions and targets of the audit events that arrived, such as `tenant.update lively`. */
  readonly archived: string[];
  /** The tokens that came with requests to GitLab's API; an empty text where there was none. */
  readonly tokens: string[];
  /** The values that files were asked for under. */
  readonly given: string[];
  close(): void;
}

/** The file of the one project. */
const file = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: trapdoor
spec:
  type: service
  lifecycle: production
  owner: group:default/stagehands
`;

/** Starts it on a free port. */
export async function startNeighbours(): Promise<Neighbours> {
  const archived: string[] = [];
  const tokens: string[] = [];
  const given: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/archive')) {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.once('end', () => {
        for (const line of text.split('\n').filter(Boolean)) {
          const { action, target } = JSON.parse(line) as { action: string; target: string };
          archived.push(`${action} ${target}`);
        }
        response.writeHead(204).end();
      });
      return;
    }
    if (path.startsWith('/api/v4/')) {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      tokens.push(token);
      // Private: whoever shows no token is told that there is nothing.
      if (token === '') response.writeHead(404).end('{"message":"404 Project Not Found"}');
      else if (path.endsWith('/user')) response.writeHead(200).end(JSON.stringify({ username: `owner of ${token}` }));
      else if (path.includes('/raw')) response.writeHead(200).end(file);
      else response.writeHead(404).end('{"message":"404 Not Found"}');
      return;
    }
    if (path.startsWith('/given/')) {
      given.push(path.slice('/given/'.length));
      response.writeHead(200).end('told');
      return;
    }
    response.writeHead(404).end();
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: `localhost:${address.port}`, archived, tokens, given, close: () => server.close() };
}
