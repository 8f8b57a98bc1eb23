import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Somebody with a browser: keeps cookies, does not follow redirects by itself. */
export interface Visitor {
  get(path: string): Promise<Page>;
  post(
    path: string,
    form: FormData | Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<Page>;
}

export interface Page {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
}

/**
 * `origin` says whom to ask: it may differ from request to request, as behind a load balancer. `host` is the name
 * that the visitor has typed, where it leads to a front door.
 */
export function createVisitor(origin: () => string, host?: string): Visitor {
  const cookies = new Map<string, string>();
  const ask = async (path: string, options: RequestInit): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(options.headers as Record<string, string>), cookie, ...(host && { host }) };
    const { page, setCookies } = await exchange(new URL(path, origin()), { ...options, headers });
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) cookies.delete(name);
      else cookies.set(name, value);
    }
    return page;
  };
  return {
    get: (path) => ask(path, {}),
    post: (path, form, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers,
        body: form instanceof FormData ? form : new URLSearchParams(form),
      }),
  };
}

/** One request; unlike `fetch` it lets the header `host` be chosen. */
async function exchange(
  url: URL,
  { headers, ...options }: Omit<RequestInit, 'headers'> & { readonly headers: Record<string, string> },
): Promise<{ page: Page; setCookies: readonly string[] }> {
  const written = new Request(url, options);
  const { method } = written;
  const body = Buffer.from(await written.arrayBuffer());
  const sent = request(url, { method, headers: { ...Object.fromEntries(written.headers), ...headers } });
  sent.setHeader('content-length', body.length);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { statusCode: status = 0, headers: answered } = response;
  return {
    page: { status, location: answered.location ?? null, body: await text(response) },
    setCookies: answered['set-cookie'] ?? [],
  };
}

/** The value of a hidden field on a page. */
export const fieldOf = ({ body }: Page, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
