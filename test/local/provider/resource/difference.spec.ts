import { expect } from 'chai';
import { unknown, type Properties } from '../../../../local/provider/protocol/values.ts';
import { differences, isIgnored, sameJson } from '../../../../local/provider/resource/difference.ts';
import {
  boolean,
  json,
  list,
  map,
  number,
  object,
  set,
  string,
} from '../../../../local/provider/resource/schema.ts';

const schema = {
  name: string({ replaces: true }),
  size: number(),
  zone: string({ computed: true }),
  open: boolean(),
  policy: json(),
  tags: map(),
  groups: set(string(), { computed: true }),
  rules: set(object({ port: number(), note: string() })),
  steps: list(object({ run: string(), times: number({ computed: true }) })),
};
const between = (desired: Properties, actual: Properties, ignored: readonly string[] = []) =>
  differences(schema, desired, actual, ignored).map(
    ({ path, kind, replaces }) => `${kind}${replaces ? '!' : ''} ${path}`,
  );

describe('what differs between program and cloud', () => {
  it('is nothing when both say the same', () => {
    expect(between({ name: 'a', tags: {} }, { name: 'a', zone: 'z', open: false })).to.deep.equal([]);
  });

  it('is an addition, an update, or a removal, and may need a new resource', () => {
    expect(between({ name: 'b', size: 2 }, { name: 'a' })).to.deep.equal(['update! name', 'add size']);
    expect(between({ name: 'a' }, { name: 'a', size: 2 })).to.deep.equal(['delete size']);
  });

  it('leaves to the cloud what the program does not mention and the cloud may choose', () => {
    expect(between({}, { zone: 'z', groups: ['sg-1'] })).to.deep.equal([]);
    expect(between({ groups: [] }, { groups: ['sg-1'] })).to.deep.equal(['delete groups']);
  });

  it('shows tags one by one, also those that someone else added or emptied', () => {
    const changes = between({ tags: { a: '1', 'x:y': '2', e: '' } }, { tags: { a: '2', b: '3' } });
    expect(changes).to.have.members(['update tags.a', 'add tags["x:y"]', 'add tags.e', 'delete tags.b']);
  });

  it('compares sets whatever their order, and lists in order', () => {
    expect(
      between({ rules: [{ port: 1 }, { port: 2 }] }, { rules: [{ port: 2 }, { port: 1 }] }),
    ).to.deep.equal([]);
    expect(
      between({ rules: [{ port: 1 }, { port: 3 }] }, { rules: [{ port: 2 }, { port: 1 }] }),
    ).to.deep.equal(['update rules[1]']);
    expect(between({ rules: [{ port: 1 }] }, { rules: [{ port: 2 }, { port: 1 }] })).to.deep.equal([
      'delete rules[1]',
    ]);
    expect(
      between({ steps: [{ run: 'b' }, { run: 'a' }] }, { steps: [{ run: 'a', times: 2 }] }),
    ).to.deep.equal(['update steps[0].run', 'add steps[1]']);
  });

  it('sees an unknown value as a change', () => {
    expect(between({ name: unknown, size: unknown }, { name: 'a' })).to.deep.equal([
      'update! name',
      'add size',
    ]);
  });

  it('reads policies as IAM does', () => {
    const written = '{"Statement":[{"Effect":"Allow","Action":["s3:Get","s3:Put"],"Resource":["*"]}]}';
    const answered = '{ "Statement": {"Resource":"*","Action":["s3:Put","s3:Get"],"Effect":"Allow"} }';
    expect(sameJson(written, answered)).to.equal(true);
    expect(sameJson(written, written.replace('Allow', 'Deny'))).to.equal(false);
    expect(sameJson('{"maxReceiveCount":"5"}', '{"maxReceiveCount":5}')).to.equal(true);
    expect(between({ policy: written }, { policy: answered })).to.deep.equal([]);
  });
});

describe('paths that a program ignores', () => {
  it('cover everything below them', () => {
    expect(isIgnored('launchTemplate.version', ['launchTemplate.version'])).to.equal(true);
    expect(isIgnored('defaultActions[0].forward.targetGroups[1]', ['defaultActions'])).to.equal(true);
    expect(isIgnored('launchTemplate.id', ['launchTemplate.version'])).to.equal(false);
    expect(isIgnored('tags["a:b"]', ['tags["a:b"]'])).to.equal(true);
    expect(isIgnored('rules[3].port', ['rules[*].port'])).to.equal(true);
    expect(isIgnored('desiredCapacity', ['desired'])).to.equal(false);
  });

  it('make elements of a set alike that differ in nothing else', () => {
    const [desired, actual] = [
      {
        rules: [{ port: 1, note: 'a' }, { port: 2 }],
        tags: { a: '1', b: '1' },
        steps: [{ run: 'a' }, { run: 'b' }],
      },
      { rules: [{ port: 2, note: 'b' }, { port: 1 }], tags: { a: '2', b: '2' }, steps: [{ run: 'a' }] },
    ];
    expect(between(desired, actual, ['rules[*].note', 'tags.a', 'steps[1]'])).to.deep.equal([
      'update tags.b',
    ]);
    expect(between({ rules: [{ port: 3 }] }, { rules: [{ port: 1 }] }, ['rules[*].note'])).to.deep.equal([
      'update rules[0]',
    ]);
  });
});
