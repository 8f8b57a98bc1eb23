/** AWS's errors, as the SDK throws them. */
interface ServiceError extends Error {
  readonly Code?: string;
  readonly code?: string;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
}

/** True when AWS answered with one of these codes. */
export function isError(error: unknown, ...codes: readonly string[]): boolean {
  if (!(error instanceof Error)) return false;
  const { name, Code, code } = error as ServiceError;
  return codes.some((wanted) => wanted === name || wanted === Code || wanted === code);
}

/** What a call answers, or undefined when AWS says that the thing is not there. */
export async function ifFound<T>(codes: readonly string[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isError(error, ...codes)) return undefined;
    throw error;
  }
}

interface Stack {
  add(middleware: unknown, options: { step: 'initialize'; name: string; override: boolean }): void;
}
type Next = (args: object) => Promise<object>;

/** Lets every error of a client name the operation and AWS's code, as a person looks them up. */
export function withOperation<T extends { middlewareStack: unknown }>(client: T): T {
  const middleware = (next: Next, { commandName = 'AWS' }: { commandName?: string }) => {
    const operation = commandName.replace(/Command$/, '');
    return async (args: object) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error) error.message = describe(operation, error);
        throw error;
      }
    };
  };
  (client.middlewareStack as Stack).add(middleware, {
    step: 'initialize',
    name: 'nameOperation',
    override: true,
  });
  return client;
}

function describe(operation: string, error: ServiceError): string {
  const request = error.$metadata?.requestId ? ` (request ${error.$metadata.requestId})` : '';
  if (error.$metadata?.httpStatusCode !== undefined)
    return `${operation}: ${error.name}: ${error.message || 'AWS gave no reason'}${request}`;
  if (error.code === 'ECONNREFUSED') {
    const endpoint = process.env.AWS_ENDPOINT_URL ?? 'the AWS endpoint';
    return `${operation}: nothing answers at ${endpoint} (ECONNREFUSED). Is it running?`;
  }
  return `${operation}: ${error.name}: ${error.message}`;
}
