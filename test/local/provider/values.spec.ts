import { expect } from 'chai';
import { Asset, unknown, unknownString, unwrap, wrap } from '../../../local/provider/protocol/values.ts';

const signature = '4dabf18193072939515e22adb298388d';
const secret = (value: unknown) => ({ [signature]: '1b47061264138c4ac30d75fd1eb44270', value });

describe('values on the wire', () => {
  it('lose their wrapping, and it is remembered which were secret', () => {
    const { properties, secrets } = unwrap({ a: secret('x'), b: { c: [secret(1)] }, d: 'plain' });
    expect(properties).to.deep.equal({ a: 'x', b: { c: [1] }, d: 'plain' });
    expect([...secrets]).to.deep.equal(['a', 'b']);
  });

  it('may be unknown, wherever they are', () => {
    const { properties } = unwrap({ a: unknownString, b: [unknownString] });
    expect(properties.a).to.equal(unknown);
    expect((properties.b as unknown[])[0]).to.equal(unknown);
    expect(wrap({ a: unknown })).to.deep.equal({ a: unknownString });
  });

  it('are ids where a resource is given, unknown until it exists', () => {
    const resource = { [signature]: '5cf8f73096256a8f31e491e813e4eb8e', urn: 'urn:x' };
    expect(unwrap({ a: { ...resource, id: 'i-1' } }).properties.a).to.equal('i-1');
    expect(unwrap({ a: { ...resource, id: '' } }).properties.a).to.equal(unknown);
  });

  it('keep assets as they came', () => {
    const wire = { [signature]: 'c44067f5952c0a294b673a41bacd8c17', hash: 'h', path: 'a.txt' };
    const { properties } = unwrap({ a: wire });
    expect(properties.a).to.be.instanceOf(Asset);
    expect(wrap(properties)).to.deep.equal({ a: wire });
  });

  it('are wrapped as secrets again, and absent ones stay absent', () => {
    expect(wrap({ a: 'x', b: undefined, c: 1 }, new Set(['a', 'b']))).to.deep.equal({ a: secret('x'), c: 1 });
  });
});
