/** How names on the simulated internet appear to a browser outside: pure text in, text out. */

const suffix = '.localhost';

/** `www.example.com` of the host header `www.example.com.localhost:8080`; undefined: not a name in there. */
export function insideName(hostHeader: string | undefined): string | undefined {
  const host = (hostHeader ?? '').toLowerCase().replace(/:\d+$/, '');
  return host.endsWith(suffix) && host.length > suffix.length ? host.slice(0, -suffix.length) : undefined;
}

/** An absolute URL of the inside as the browser can follow it; anything else stays as it is. */
export function outsideUrl(url: string, ports: DoorPorts, isOurs: (name: string) => boolean): string {
  const match = /^(?:(http):\/\/([^/:?#]+)(?::80)?|(https):\/\/([^/:?#]+)(?::443)?)(?=[/?#]|$)(.*)$/is.exec(
    url,
  );
  const [, http, plainName = '', , secureName = '', rest = ''] = match ?? [];
  const [scheme, name] =
    http === undefined ? (['https', secureName] as const) : (['http', plainName] as const);
  return match && isOurs(name.toLowerCase()) ? `${scheme}://${name}${suffix}:${ports[scheme]}${rest}` : url;
}

/** Where a browser reaches the front doors. */
export interface DoorPorts {
  readonly http: number;
  readonly https: number;
}

/** The other way: what a browser says in Origin and Referer, as the application knows itself. */
export function insideUrl(url: string): string {
  return url.replace(/^(https?):\/\/([^/:?#]+)\.localhost(?::\d+)?(?=[/?#]|$)/i, '$1://$2');
}

/** A cookie for a domain of the inside becomes one for that domain as the browser sees it. */
export function outsideCookie(cookie: string): string {
  return cookie.replace(
    /(;\s*domain=)(\.?[^;\s]+)/i,
    (_, attribute: string, domain: string) => `${attribute}${domain}${suffix}`,
  );
}
