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

/** `origin` says whom to ask: it may differ from request to request, as behind a load balancer. */
export function createVisitor(origin: () => string): Visitor {
  const cookies = new Map<string, string>();
  const ask = async (path: string, options: RequestInit): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${origin()}${path}`, {
      ...options,
      redirect: 'manual',
      headers: { ...(options.headers as Record<string, string>), cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) cookies.delete(name);
      else cookies.set(name, value);
    }
    return {
      status: response.status,
      location: response.headers.get('location'),
      body: await response.text(),
    };
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

/** The value of a hidden field on a page. */
export const fieldOf = ({ body }: Page, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
