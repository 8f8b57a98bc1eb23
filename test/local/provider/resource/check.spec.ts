import { expect } from 'chai';
import { Asset, unknown } from '../../../../local/provider/protocol/values.ts';
import { checkInputs } from '../../../../local/provider/resource/check.ts';
import {
  asset,
  boolean,
  json,
  list,
  map,
  number,
  object,
  required,
  string,
} from '../../../../local/provider/resource/schema.ts';

const schema = {
  name: required(string()),
  port: number({ default: 80 }),
  open: boolean(),
  mode: string({ values: ['a', 'b'] }),
  policy: json(),
  file: asset(),
  tags: map(),
  checks: list(object({ path: required(string()), interval: number({ default: 30 }) })),
};
const check = (given: Parameters<typeof checkInputs>[1]) => checkInputs(schema, given, 'aws:x:X');

describe('inputs of a resource', () => {
  it('are filled with defaults, also inside lists, and say which came from us', () => {
    const { inputs, defaults, failures } = check({ name: 'n', checks: [{ path: '/' }] });
    expect(failures).to.deep.equal([]);
    expect(inputs).to.deep.equal({ name: 'n', port: 80, checks: [{ path: '/', interval: 30 }] });
    expect(defaults).to.deep.equal(['port']);
  });

  it('name what is missing and what nobody knows, with its path', () => {
    const { failures } = check({ colour: 'red', checks: [{ intervall: 3 }] });
    expect(failures.map(({ property }) => property)).to.have.members([
      'colour',
      'name',
      'checks[0].intervall',
      'checks[0].path',
    ]);
    expect(failures.find(({ property }) => property === 'colour')?.reason).to.contain('is not supported');
  });

  it('suggest the property that was meant when only its case is wrong', () => {
    const { failures } = check({ name: 'n', Port: 1 });
    expect(failures[0]?.reason).to.contain('did you mean port?');
  });

  it('take numbers and booleans written as strings, and nothing else', () => {
    expect(check({ name: 5, port: '8080', open: 'true' }).inputs).to.deep.include({
      name: '5',
      port: 8080,
      open: true,
    });
    const { failures } = check({ name: 'n', port: 'many' });
    expect(failures).to.deep.equal([{ property: 'port', reason: 'must be a number, not "many"' }]);
  });

  it('refuse values outside the list, and shapes that do not fit', () => {
    const { failures } = check({ name: 'n', mode: 'c', tags: 'no', checks: {}, file: 'x' });
    expect(failures.map(({ property }) => property)).to.have.members(['mode', 'tags', 'checks', 'file']);
    expect(failures.find(({ property }) => property === 'mode')?.reason).to.equal(
      'must be one of a, b, not "c"',
    );
  });

  it('let unknown values through, and write JSON documents out', () => {
    const { inputs, failures } = check({ name: unknown, policy: { a: [1] }, file: new Asset({ hash: 'h' }) });
    expect(failures).to.deep.equal([]);
    expect(inputs.name).to.equal(unknown);
    expect(inputs.policy).to.equal('{"a":[1]}');
    expect(check({ name: 'n', policy: { a: unknown } }).inputs.policy).to.equal(unknown);
  });

  it('treat null as absent', () => {
    expect(check({ name: 'n', port: null, tags: { a: null, b: 'c' } }).inputs).to.deep.equal({
      name: 'n',
      port: 80,
      tags: { b: 'c' },
    });
  });
});
