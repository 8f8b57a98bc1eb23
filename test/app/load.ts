/** A module of the web application, which is plain JavaScript; the types are what a test expects of it. */
export const load = async <T>(file: string): Promise<T> =>
  (await import(new URL(`../../app/${file}`, import.meta.url).href)) as T;
