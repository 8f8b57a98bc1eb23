/**
 * Whether a form was sent from a page of ours. Browsers say so in Sec-Fetch-Site, older ones in Origin; what sends
 * neither is no browser and has no visitor's cookies to misuse.
 */
export function isFromOurPage({ 'sec-fetch-site': site, origin, host }) {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
