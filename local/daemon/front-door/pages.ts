/** The front door's own pages, for people who find nobody behind it. */

export interface Page {
  readonly status: number;
  readonly title: string;
  readonly lines: readonly string[];
  /** Names that can be asked for instead. */
  readonly names: readonly string[];
}

export function indexPage(names: readonly string[]): Page {
  const lines =
    names.length > 0
      ? ['Names that Route 53 answers:']
      : ['Route 53 has no names yet. A hosted zone with an A record makes one.'];
  return { status: 200, title: 'The front door of the local cloud', lines, names };
}

export function unknownNamePage(name: string, names: readonly string[]): Page {
  const known = names.length > 0 ? 'Names that it answers:' : 'It has no names yet.';
  return { status: 404, title: `Route 53 does not answer ${name}`, lines: [known], names };
}

export function nobodyPage(name: string, port: number, addresses: readonly string[], reason: string): Page {
  return {
    status: 502,
    title: `Nobody answers at ${name}`,
    lines: [
      `It resolves to ${addresses.join(', ')}, where port ${port} cannot be reached: ${reason}.`,
      `Is there an instance or a load balancer with that address, does its security group let port ${port} in, and does its subnet have a route to an internet gateway?`,
    ],
    names: [],
  };
}

/** The page as HTML to browsers, as text to everybody else. */
export function renderPage(
  page: Page,
  { scheme, port }: { readonly scheme: string; readonly port: number },
  accept: string,
): { type: string; body: string } {
  const urls = page.names.map((name) => `${scheme}://${name}.localhost:${port}/`);
  if (!accept.includes('text/html')) {
    const body = [page.title, ...page.lines, ...urls].join('\n');
    return { type: 'text/plain; charset=utf-8', body: `${body}\n` };
  }
  const paragraphs = page.lines.map((line) => `<p>${escape(line)}</p>`).join('\n');
  const links = urls.map((url) => `<li><a href="${escape(url)}">${escape(url)}</a></li>`).join('\n');
  const body = `<!doctype html>
<meta charset="utf-8"><title>${escape(page.title)}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>${escape(page.title)}</h1>
${paragraphs}
${links ? `<ul>\n${links}\n</ul>` : ''}
`;
  return { type: 'text/html; charset=utf-8', body };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
