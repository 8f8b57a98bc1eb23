/** The cookies of a request, by name. */
export function readCookies(header = '') {
  const cookies = Object.create(null);
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) cookies[part.slice(0, at).trim()] ??= part.slice(at + 1).trim();
  }
  return cookies;
}

/** A Set-Cookie that no script can read; `seconds: 0` ends it. Secure when the visitor came by HTTPS. */
export const writeCookie = (name, value, { seconds, isSecure }) =>
  `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
