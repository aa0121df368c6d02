import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);

createServer((request, response) => {
  const found = request.url === '/health';
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(found ? { ok: true } : { error: 'not found' }));
}).listen(port, () => console.log(`${{ values.name }} listens on ${port}`));
