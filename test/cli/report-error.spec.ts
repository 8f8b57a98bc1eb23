import { expect } from 'chai';
import { InterruptedError, problemsError, UserError } from '../../cli/errors.ts';
import { reportError } from '../../cli/report-error.ts';
import { createInterrupt } from '../../cli/interrupt.ts';

const awsError = (name: string, message = 'because') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400, requestId: 'r-1' } });

describe('reportError', () => {
  it('prints what failed, what is true now and the next command', () => {
    const error = new UserError('It failed: why.', {
      now: ['v1 runs.'],
      next: 'beanpole status',
      exitCode: 3,
    });
    expect(reportError(error, {}, false)).to.deep.equal({
      text: 'It failed: why.\nv1 runs.\nNext: beanpole status',
      exitCode: 3,
    });
  });

  it('calls anything unforeseen our bug, with the stack', () => {
    const { text, exitCode } = reportError(new TypeError('x is not a function'), {}, false);
    expect(exitCode).to.equal(1);
    expect(text).to.match(/^This is a bug in Beanpole: x is not a function\n[^]*at .*report-error.spec/);
  });

  it('ends with 130 after Ctrl-C', () => {
    expect(reportError(new InterruptedError(), {}, false).exitCode).to.equal(130);
  });

  it('tells several problems as a list', () => {
    expect(problemsError('Not created', ['one.', 'two.']).message).to.equal(
      'Not created:\n  - one.\n  - two.',
    );
  });

  const refused = Object.assign(new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })]), {
    code: 'ECONNREFUSED',
  });
  for (const [what, error, code, words] of [
    [
      'no credentials',
      Object.assign(new Error('none'), { name: 'CredentialsProviderError' }),
      2,
      /^No AWS credentials were found/,
    ],
    ['no region', new Error('Region is missing'), 2, /^No AWS region is set/],
    [
      'an endpoint that is down',
      refused,
      2,
      /^AWS_ENDPOINT_URL points to http:\/\/127.0.0.1:4566, which refuses connections/,
    ],
    [
      'credentials that expired',
      awsError('ExpiredTokenException'),
      2,
      /^AWS does not accept these credentials/,
    ],
    [
      'a missing permission',
      awsError('AccessDeniedException', 'ann may not ssm:SendCommand'),
      2,
      /^AWS denied the call: ann may not/,
    ],
    [
      'too many calls',
      awsError('ThrottlingException', 'Rate exceeded'),
      2,
      /^AWS answered with ThrottlingException: Rate exceeded\nNext: the same command again/,
    ],
    [
      'a failure of AWS itself',
      Object.assign(new Error('We encountered an internal error.'), {
        name: 'InternalError',
        $metadata: { httpStatusCode: 503 },
      }),
      2,
      /^AWS answered with InternalError/,
    ],
    [
      'a connection that went silent',
      Object.assign(new Error('the request socket timed out'), { name: 'TimeoutError', $metadata: {} }),
      2,
      /^AWS_ENDPOINT_URL points to http:\/\/127.0.0.1:4566, which does not answer/,
    ],
    [
      'any other answer of AWS',
      awsError('InternalFailure'),
      1,
      /^AWS answered with InternalFailure: because/,
    ],
  ] as const)
    it(`explains ${what}`, () => {
      const report = reportError(error, { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }, false);
      expect(report.text).to.match(words);
      expect(report.exitCode).to.equal(code);
      expect(report.text).to.contain('\nNext: ').and.not.to.contain('    at ');
    });

  it('names a missing permission, on what, and whom to allow it', () => {
    const role = 'arn:aws:sts::123456789012:assumed-role/deployer/ann';
    const denied = (why: string) =>
      awsError(
        'AccessDenied',
        `User: ${role} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" ${why}`,
      );
    const missing = denied('because no identity-based policy allows the s3:GetObject action');
    expect(reportError(missing, {}, false).text).to.equal(
      `AWS denied the call: ${role} may not s3:GetObject on arn:aws:s3:::b/k, because no identity-based policy allows the s3:GetObject action.\nNext: allow s3:GetObject on arn:aws:s3:::b/k to the role deployer   (docs/aws.md, section 2, has the whole policy of a deployer)`,
    );
    const explicit = denied('with an explicit deny in a resource-based policy');
    expect(reportError(explicit, {}, false).text).to.match(/Next: whoever owns that policy/);
  });

  it('takes a refusal without words for a missing permission, too', () => {
    const headless = Object.assign(new Error('UnknownError'), {
      name: 'Unknown',
      $metadata: { httpStatusCode: 403 },
    });
    expect(reportError(headless, {}, false)).to.include({ exitCode: 2 });
  });

  it('shows the request id with --verbose only', () => {
    expect(reportError(awsError('InternalFailure'), {}, false).text).not.to.contain('r-1');
    expect(reportError(awsError('InternalFailure'), {}, true).text).to.contain('request id r-1');
  });
});

describe('createInterrupt', () => {
  it('aborts at the first Ctrl-C and leaves at the second', () => {
    let left = 0;
    const interrupt = createInterrupt(() => (left += 1));
    interrupt.press(1000);
    expect([interrupt.signal.aborted, left]).to.deep.equal([true, 0]);
    interrupt.press(2000);
    expect(left).to.equal(1);
  });

  it('takes the signal of the terminal and the one passed on by npm for one key', () => {
    let left = 0;
    const interrupt = createInterrupt(() => (left += 1));
    for (const at of [1000, 1002, 1010]) interrupt.press(at);
    expect(left).to.equal(0);
  });
});
