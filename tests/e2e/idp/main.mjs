/**
 * The provider as a program, for tests in other languages: prints `{issuer, control}` as one line, takes commands by POST
 * at `control` (a form with a field `command`), and ends with its standard input.
 */
import { createServer } from 'node:http';
import { makeKey, startProvider } from './provider.mjs';

// Standard output is for the one line; nobody reads it afterwards.
for (const level of ['log', 'info', 'warn']) console[level] = (...words) => console.error(...words);

const provider = await startProvider();

const commands = {
  change: changes => provider.change(changes),
  keys: ({ algorithms }) => provider.change({ keys: algorithms.map(([alg, kid]) => makeKey(alg, kid)) }),
  visit: ({ url, account }) => provider.visit(url, account),
  requests: () => provider.state.requests.splice(0),
};

const control = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    const { name, ...given } = JSON.parse(new URLSearchParams(Buffer.concat(chunks).toString()).get('command'));
    const answer = (await commands[name](given)) ?? {};
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(500).end(String(error.stack));
  }
});
await new Promise(ready => control.listen(0, '127.0.0.1', ready));
process.stdout.write(`${JSON.stringify({ issuer: provider.issuer, control: `http://127.0.0.1:${control.address().port}/` })}\n`);
process.stdin.resume().on('end', () => process.exit(0));
