/** An error as an SDK client throws it. */
export type ClientError = Error & {
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string };
};

/** The error that a call fails with. */
export async function failure(promise: Promise<unknown>): Promise<ClientError> {
  try {
    await promise;
  } catch (error) {
    return error as ClientError;
  }
  throw new Error('the call did not fail');
}
