/** What is the time? It keeps nothing, so any number of instances may answer. */
import { createServer } from 'node:http';

const version = process.env.VERSION_LABEL || 'unversioned';
const instance = process.env.INSTANCE_ID || 'this machine';
const places = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney'];

const timeIn = (timeZone, now) =>
  now.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' });

const page = (now) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What is the time?</title>
<style>
  :root { color-scheme: light dark; font: 18px/1.6 system-ui, sans-serif; }
  body { max-width: 26rem; margin: 12vh auto; padding: 0 1.25rem; }
  dl { display: grid; grid-template-columns: 1fr auto; gap: .25rem 2rem; }
  dd { margin: 0; font-variant-numeric: tabular-nums; }
  small { opacity: .7; }
</style>
<h1>What is the time?</h1>
<dl>${places.map((place) => `<dt>${place.replace(/.*\//, '').replace('_', ' ')}<dd>${timeIn(place, now)}`).join('')}</dl>
<small>Version <span id="version">${version}</span> on <span id="instance">${instance}</span></small>
</html>
`;

const server = createServer((request, response) => {
  const isPage = request.url === '/';
  if (!isPage && request.url !== '/health') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Only / is here.\n');
    return;
  }
  response.writeHead(200, {
    'content-type': isPage ? 'text/html; charset=utf-8' : 'text/plain',
    'cache-control': 'no-store',
  });
  response.end(isPage ? page(new Date()) : 'ok\n');
});

server.listen(Number(process.env.PORT || 8000), '0.0.0.0');
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
});
