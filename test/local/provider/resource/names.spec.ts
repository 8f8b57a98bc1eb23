import { expect } from 'chai';
import { automaticName } from '../../../../local/provider/resource/names.ts';

const seed = new Uint8Array([1, 2, 3]);
const naming = { property: 'name', prefix: 'namePrefix', maximum: 32 };

describe('automatic names', () => {
  it('are the name in the program and seven digits, always the same for one seed', () => {
    const name = automaticName(naming, {}, 'web', seed);
    expect(name).to.match(/^web-[0-9a-f]{7}$/);
    expect(automaticName(naming, {}, 'web', seed)).to.equal(name);
    expect(automaticName(naming, {}, 'web', new Uint8Array([4]))).not.to.equal(name);
  });

  it('are refused when they are longer than AWS takes', () => {
    expect(automaticName(naming, {}, 'a-name-of-24-characters-', seed)).to.have.lengthOf(32);
    expect(() => automaticName(naming, {}, 'a-name-of-25-characters--', seed)).to.throw(
      "name 'a-name-of-25-characters---' plus 7 random chars is longer than maximum length 32",
    );
    const fifo = { ...naming, ending: () => '.fifo' };
    expect(() => automaticName(fifo, {}, 'a-name-of-20-charact', seed)).to.throw('maximum length 27');
  });

  it('begin as the program asks', () => {
    const name = automaticName(naming, { namePrefix: 'web-' }, 'x', seed);
    expect(name).to.match(/^web-[0-9a-f]{26}$/);
  });

  it('end as the kind of resource demands, and are lower case for a bucket', () => {
    const fifo = { ...naming, ending: () => '.fifo' };
    expect(automaticName(fifo, {}, 'jobs', seed)).to.match(/^jobs-[0-9a-f]{7}\.fifo$/);
    expect(automaticName({ ...naming, lowerCase: true }, {}, 'Files', seed)).to.match(/^files-/);
  });
});
