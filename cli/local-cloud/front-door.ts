/**
 * A site's address as a browser outside a local cloud reaches it. Without a front door, as on AWS, names
 * are reachable as they are.
 */
export function throughFrontDoor(url: string, frontDoor: string | undefined): string {
  if (frontDoor === undefined || frontDoor === '') return url;
  const [site, door] = [new URL(url), new URL(frontDoor)];
  const origin = `${door.protocol}//${site.hostname}.localhost:${door.port}`;
  return origin + (site.pathname === '/' ? '' : site.pathname);
}
