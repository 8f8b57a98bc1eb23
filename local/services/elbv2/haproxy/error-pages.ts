/** The pages that an Application Load Balancer answers itself. */

const titles: Readonly<Record<number, string>> = {
  400: '400 Bad Request',
  408: '408 Request Time-out',
  500: '500 Internal Server Error',
  502: '502 Bad Gateway',
  503: '503 Service Temporarily Unavailable',
  504: '504 Gateway Time-out',
};

/** Files for HAProxy's `errorfile`, by status. */
export const errorPages: ReadonlyMap<number, string> = new Map(
  Object.entries(titles).map(([status, title]) => [Number(status), page(title)]),
);

function page(title: string): string {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  const head = [
    `HTTP/1.1 ${title}`,
    'Server: awselb/2.0',
    'Content-Type: text/html',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
