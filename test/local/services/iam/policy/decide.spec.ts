import { expect } from 'chai';
import { decide, type Policies } from '../../../../../local/services/iam/policy/decide.ts';
import { policyDocument } from '../../../../../local/services/iam/policy/document.ts';
import { unknown } from '../../../../../local/services/iam/policy/keys.ts';

interface Statement {
  readonly Effect?: 'Allow' | 'Deny';
  readonly [element: string]: unknown;
}

const account = '123456789012';
const user = { account, arn: `arn:aws:iam::${account}:user/ann` };
const session = {
  account,
  arn: `arn:aws:sts::${account}:assumed-role/web/i-1`,
  roleArn: `arn:aws:iam::${account}:role/web`,
};
const document = (...statements: Statement[]) =>
  policyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
const allow = (rest: object): Statement => ({ Effect: 'Allow', Action: '*', Resource: '*', ...rest });
const deny = (rest: object): Statement => ({ Effect: 'Deny', Action: '*', Resource: '*', ...rest });

interface Asked {
  readonly action?: string;
  readonly resource?: string;
  readonly keys?: Readonly<Record<string, readonly string[] | typeof unknown>>;
}

/** `allowed`, or what AWS's message says of the refusal. */
function verdict(policies: Partial<Policies>, asked: Asked = {}): string {
  const { action = 's3:GetObject', resource = 'arn:aws:s3:::bucket/key', keys = {} } = asked;
  const question = { action, resource, keys: { values: (key: string) => keys[key] ?? [] } };
  const decision = decide(question, { caller: user, identity: [], ...policies });
  if (decision.allowed) return 'allowed';
  return `${decision.isExplicit ? 'denied by' : 'not allowed by'} ${decision.by}`;
}
const says = (statement: Statement, asked?: Asked): boolean =>
  verdict({ identity: [document(statement)] }, asked) === 'allowed';

describe('a decision of policies', () => {
  const byPrincipal = (Principal: unknown) => document(allow({ Principal, Resource: '*' }));
  const everything = document(allow({}));
  const nothing = document(allow({ Action: 'ec2:*' }));
  for (const [what, policies, expected] of [
    ['no policy', {}, 'not allowed by identity-based policy'],
    ['a policy that allows', { identity: [everything] }, 'allowed'],
    [
      'a deny beside an allow',
      { identity: [everything, document(deny({}))] },
      'denied by identity-based policy',
    ],
    ['root', { identity: undefined }, 'allowed'],
    [
      'root denied by a resource',
      { identity: undefined, resource: document(deny({ Principal: '*' })) },
      'denied by resource-based policy',
    ],
    ['a resource that names the user', { resource: byPrincipal({ AWS: user.arn }) }, 'allowed'],
    ['a resource that names everyone', { resource: byPrincipal('*') }, 'allowed'],
    [
      'a resource that names the account',
      { resource: byPrincipal({ AWS: account }) },
      'not allowed by identity-based policy',
    ],
    [
      'a resource that names somebody else',
      { resource: byPrincipal({ AWS: `${user.arn}a` }) },
      'not allowed by identity-based policy',
    ],
    [
      'a resource that denies all but somebody else',
      {
        identity: [everything],
        resource: document({ ...deny({}), NotPrincipal: { AWS: `arn:aws:iam::${account}:user/bob` } }),
      },
      'denied by resource-based policy',
    ],
    [
      'a boundary that does not allow',
      { identity: [everything], boundary: nothing },
      'not allowed by permissions boundary',
    ],
    ['a boundary that allows alone', { boundary: everything }, 'not allowed by identity-based policy'],
    [
      'a boundary, but a resource that names the user',
      { boundary: nothing, resource: byPrincipal({ AWS: user.arn }) },
      'allowed',
    ],
    [
      'a session policy that does not allow',
      { caller: session, identity: [everything], session: [nothing] },
      'not allowed by session policy',
    ],
    [
      'a resource that names the role, and a session policy',
      { caller: session, session: [nothing], resource: byPrincipal({ AWS: session.roleArn }) },
      'not allowed by session policy',
    ],
    [
      'a resource that names the session, and a session policy',
      { caller: session, session: [nothing], resource: byPrincipal({ AWS: session.arn }) },
      'allowed',
    ],
    [
      'a trust policy that does not know the caller',
      {
        identity: [everything],
        needsResource: true,
        resource: byPrincipal({ Service: 'ec2.amazonaws.com' }),
      },
      'not allowed by role trust policy',
    ],
    [
      'a trust policy that leaves it to the account',
      { identity: [everything], needsResource: true, resource: byPrincipal({ AWS: account }) },
      'allowed',
    ],
    [
      'a trust policy that leaves it to the account, which does not allow',
      { needsResource: true, resource: byPrincipal({ AWS: account }) },
      'not allowed by identity-based policy',
    ],
    [
      'a service that is trusted',
      {
        caller: { account, arn: '', service: 'sns.amazonaws.com' },
        resource: byPrincipal({ Service: 'sns.amazonaws.com' }),
      },
      'allowed',
    ],
  ] as readonly [string, Partial<Policies>, string][])
    it(`of ${what}: ${expected}`, () => {
      expect(verdict(policies)).to.equal(expected);
    });
});

describe('a statement', () => {
  for (const [what, statement, asked, expected] of [
    ['an action in any case', allow({ Action: 'S3:getobject' }), {}, true],
    ['an action by wildcards', allow({ Action: ['s3:Get?bject', 'x:y'] }), {}, true],
    ['no action of another service', allow({ Action: 'sqs:*' }), {}, false],
    ['all actions but some', allow({ Action: undefined, NotAction: 'iam:*' }), {}, true],
    ['not those that NotAction names', allow({ Action: undefined, NotAction: 's3:Get*' }), {}, false],
    ['a resource by wildcard', allow({ Resource: 'arn:aws:s3:::bucket/*' }), {}, true],
    ['a resource as written', allow({ Resource: 'arn:aws:s3:::BUCKET/*' }), {}, false],
    ['no bucket where its objects are named', allow({ Resource: 'arn:aws:s3:::bucket' }), {}, false],
    ['dots as dots', allow({ Resource: 'arn:aws:s3:::bucket.key' }), {}, false],
    ['all resources but some', allow({ Resource: undefined, NotResource: 'arn:aws:s3:::other/*' }), {}, true],
    [
      'a variable in a resource',
      allow({ Resource: 'arn:aws:s3:::bucket/${aws:username}' }),
      { keys: { 'aws:username': ['key'] } },
      true,
    ],
    [
      'nothing where a variable has no value',
      allow({ Resource: 'arn:aws:s3:::bucket/${aws:username}*' }),
      {},
      false,
    ],
    [
      'a variable`s default',
      allow({ Resource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'key'}" }),
      {},
      true,
    ],
    [
      'a variable`s value literally',
      allow({ Resource: 'arn:aws:s3:::bucket/${aws:username}' }),
      { keys: { 'aws:username': ['*'] } },
      false,
    ],
    [
      '${*} as a star',
      allow({ Resource: 'arn:aws:s3:::bucket/${*}' }),
      { resource: 'arn:aws:s3:::bucket/*' },
      true,
    ],
    ['${*} as nothing else', allow({ Resource: 'arn:aws:s3:::bucket/${*}' }), {}, false],
  ] as readonly [string, Statement, Asked, boolean][])
    it(`means ${what}`, () => {
      expect(says(statement, asked)).to.equal(expected);
    });

  it('without the newer version has no variables', () => {
    const old = policyDocument(JSON.stringify({ Statement: allow({ Resource: '${aws:username}' }) }));
    const asked = { keys: { 'aws:username': ['arn:aws:s3:::bucket/key'] } };
    expect(verdict({ identity: [old] }, asked)).to.equal('not allowed by identity-based policy');
    expect(verdict({ identity: [old] }, { resource: '${aws:username}' })).to.equal('allowed');
  });
});

describe('a condition', () => {
  const tag = 'aws:ResourceTag/Team';
  for (const [operator, wanted, actual, expected] of [
    ['StringEquals', 'a', ['a'], true],
    ['StringEquals', ['b', 'a'], ['a'], true],
    ['StringEquals', 'A', ['a'], false],
    ['StringEquals', 'a*', ['ab'], false],
    ['StringEquals', 'a', [], false],
    ['StringEqualsIfExists', 'a', [], true],
    ['StringEqualsIfExists', 'a', ['b'], false],
    ['StringNotEquals', 'a', ['b'], true],
    ['StringNotEquals', ['a', 'b'], ['b'], false],
    ['StringNotEquals', 'a', [], true],
    ['StringEqualsIgnoreCase', 'A', ['a'], true],
    ['StringNotEqualsIgnoreCase', 'A', ['a'], false],
    ['StringLike', 'a?c*', ['abcd'], true],
    ['StringLike', 'a', ['ab'], false],
    ['StringNotLike', 'a*', ['ab'], false],
    ['ArnLike', 'arn:aws:sns:*:123456789012:t*', ['arn:aws:sns:eu-central-1:123456789012:topic'], true],
    ['ArnEquals', 'arn:aws:sns:*:topic', ['arn:aws:sns:eu-central-1:123456789012:topic'], false],
    ['ArnNotLike', 'arn:aws:sns:*:*:t', ['arn:aws:sns:eu-central-1:123456789012:t'], false],
    ['NumericLessThan', '10', ['9'], true],
    ['NumericLessThan', 10, ['10'], false],
    ['NumericLessThanEquals', '10', ['10'], true],
    ['NumericGreaterThan', '9', ['10'], true],
    ['NumericGreaterThanEquals', '9', ['8'], false],
    ['NumericEquals', '1', ['1.0'], true],
    ['NumericNotEquals', '1', ['1'], false],
    ['NumericEquals', '1', ['one'], false],
    ['DateLessThan', '2026-01-02T00:00:00Z', ['2026-01-01T00:00:00Z'], true],
    ['DateGreaterThan', '1767225600', ['2026-01-01T00:00:00.001Z'], true],
    ['DateNotEquals', '2026-01-01T00:00:00Z', ['1767225600'], false],
    ['Bool', 'true', ['true'], true],
    ['Bool', true, ['false'], false],
    ['Bool', 'false', [], false],
    ['BoolIfExists', 'false', [], true],
    ['IpAddress', '10.0.0.0/16', ['10.0.3.4'], true],
    ['IpAddress', ['10.1.0.0/16', '10.0.3.4'], ['10.0.3.4'], true],
    ['IpAddress', '2001:db8::/32', ['2001:db8::1'], true],
    ['NotIpAddress', '10.0.0.0/16', ['10.1.3.4'], true],
    ['Null', 'true', [], true],
    ['Null', 'false', [], false],
    ['Null', false, ['a'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a'], ['a', 'b'], false],
    ['ForAllValues:StringEquals', ['a'], [], true],
    ['ForAnyValue:StringEquals', ['a'], ['a', 'b'], true],
    ['ForAnyValue:StringEquals', ['a'], [], false],
    ['ForAnyValue:StringLike', ['c*'], ['a', 'b'], false],
    ['ForAnyValue:StringNotEquals', ['a'], ['a', 'b'], true],
    ['ForAllValues:StringNotEquals', ['a'], ['a', 'b'], false],
    ['StringNonsense', 'a', ['a'], false],
  ] as readonly [string, unknown, readonly string[], boolean][])
    it(`${operator} ${JSON.stringify(wanted)} of ${JSON.stringify(actual)}: ${expected}`, () => {
      const statement = allow({ Condition: { [operator]: { [tag]: wanted } } });
      expect(says(statement, { keys: { 'aws:resourcetag/team': actual } })).to.equal(expected);
    });

  it('compares with a variable', () => {
    const Condition = { StringEquals: { 'aws:ResourceTag/Team': '${aws:PrincipalTag/Team}' } };
    const of = (mine: string) =>
      says(allow({ Condition }), {
        keys: { 'aws:resourcetag/team': ['red'], 'aws:principaltag/team': [mine] },
      });
    expect([of('red'), of('blue')]).to.deep.equal([true, false]);
  });

  it('is one of several that all have to hold', () => {
    const Condition = { StringEquals: { a: '1' }, NumericLessThan: { b: '5' } };
    const of = (a: string, b: string) => says(allow({ Condition }), { keys: { a: [a], b: [b] } });
    expect([of('1', '4'), of('1', '5'), of('2', '4')]).to.deep.equal([true, false, false]);
  });

  it('on a key that nothing here tells allows nothing, and denies', () => {
    const asked = { keys: { 'sts:odd': unknown } } as const;
    for (const operator of ['StringEquals', 'StringNotEquals', 'StringEqualsIfExists', 'Null']) {
      const Condition = { [operator]: { 'sts:Odd': 'true' } };
      expect(verdict({ identity: [document(allow({ Condition }))] }, asked), operator).to.contain(
        'not allowed',
      );
      const both = [document(allow({})), document(deny({ Condition }))];
      expect(verdict({ identity: both }, asked), operator).to.equal('denied by identity-based policy');
    }
  });
});
