import { insideUrl, outsideCookie, outsideUrl, type DoorPorts } from './names.ts';

type RawHeaders = readonly string[];

/** A request's headers for the inside: the name it is for, and the page it came from under its own name. */
export function requestHeaders(raw: RawHeaders, name: string): string[] {
  return mapHeaders(raw, (header, value) => {
    if (header === 'host') return name;
    return header === 'origin' || header === 'referer' ? insideUrl(value) : value;
  });
}

/** An answer's headers for the browser outside. */
export function responseHeaders(
  raw: RawHeaders,
  ports: DoorPorts,
  isOurs: (name: string) => boolean,
): string[] {
  return mapHeaders(raw, (header, value) => {
    if (header === 'set-cookie') return outsideCookie(value);
    const isUrl = ['location', 'content-location', 'access-control-allow-origin'].includes(header);
    return isUrl ? outsideUrl(value, ports, isOurs) : value;
  });
}

/** Headers that speak of one connection; each side of the front door has its own. */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding']);

function mapHeaders(raw: RawHeaders, change: (header: string, value: string) => string): string[] {
  const mapped: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const header = name.toLowerCase();
    if (!ofConnection.has(header)) mapped.push(name, change(header, raw[index + 1] ?? ''));
  }
  return mapped;
}
