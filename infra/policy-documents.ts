/** Resource policies that more than one component needs. */

/** Whoever calls without TLS is refused, whatever another policy allows. */
export function refusePlainHttp(service: 's3' | 'sqs', resources: readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'RefusePlainHttp',
        Effect: 'Deny',
        Principal: '*',
        Action: `${service}:*`,
        Resource: resources,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
}
