import { expect } from 'chai';
import { listProperties } from '../../../cli/configuration/listing.ts';
import { parseAssignments, parsePropertyFile } from '../../../cli/configuration/properties.ts';
import { reservedProperties } from '../../../model/reserved-properties.ts';
import type { StoredProperty } from '../../../cli/configuration/property-store.ts';

describe('properties as they are typed', () => {
  it('are NAME=value, the value with anything in it', () => {
    expect(parseAssignments(['A=b', 'URL=mysql://u:p=w@host/?x=1', '_X1= '])).to.deep.equal({
      properties: [
        { name: 'A', value: 'b' },
        { name: 'URL', value: 'mysql://u:p=w@host/?x=1' },
        { name: '_X1', value: ' ' },
      ],
      problems: [],
    });
  });

  it('are refused with everything that is wrong, and without their values', () => {
    const { problems } = parseAssignments([
      's3cret',
      '1A=s3cret',
      'A=s3cret',
      'A=s3cret',
      'PORT=1',
      `B=${'x'.repeat(4097)}`,
      'C=',
    ]);
    const told = problems.join('\n');
    for (const part of [
      'The first word is not NAME=value',
      '"1A" is no name',
      'A is given twice',
      'PORT is set by Beanpole',
      'B has 4097 bytes',
      'C is empty',
    ])
      expect(told).to.include(part);
    expect(told).not.to.include('s3cret');
  });

  it('have no name that Beanpole decides', () => {
    const { problems } = parseAssignments(reservedProperties.map((name) => `${name}=1`));
    expect(problems).to.have.length(reservedProperties.length);
  });
});

describe('a file of properties', () => {
  it('has comments, exports and quotes', () => {
    const text =
      '# of dev\n\nA=plain # not a comment\r\nexport B="two\\nlines \\"quoted\\""\nC=\'$as is\\n\'\n D = spaced \n';
    expect(parsePropertyFile(text).properties).to.deep.equal([
      { name: 'A', value: 'plain # not a comment' },
      { name: 'B', value: 'two\nlines "quoted"' },
      { name: 'C', value: '$as is\\n' },
      { name: 'D', value: 'spaced' },
    ]);
  });

  it('is refused by the number of the line', () => {
    expect(parsePropertyFile('A=b\ns3cret\n').problems).to.deep.equal(['Line 2 is not NAME=value.']);
  });

  it('is refused without a word of it, for a key that was given as it is looks like names', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg+/kqh=\nAgEAAoIBAQC7=\nAgEAAoIBAQC7=\n';
    const { problems } = parsePropertyFile(`${key}A=${'x'.repeat(4097)}\nPORT=1\n`);
    expect(problems.join('\n')).to.not.match(/MII|AgE|BEGIN/);
    expect(problems.map((problem) => problem.split(':')[0])).to.deep.equal([
      'Line 1 is not NAME=value.',
      'The property in line 2 has a name that is no name of an environment variable',
      'The property in line 2 is empty',
      'The property in line 3 is empty',
      'The property in line 4 is given twice.',
      'The property in line 4 is empty',
      'The property in line 5 has 4097 bytes',
      'The property in line 6 is set by Beanpole',
    ]);
  });
});

describe('the list of properties', () => {
  const stored = (name: string, more: Partial<StoredProperty> = {}): StoredProperty => ({
    name,
    parameter: `/p/${name}`,
    version: 2,
    isSecret: false,
    isUnset: false,
    changedAt: 0,
    changedBy: 'ada',
    ...more,
  });
  const listed = listProperties({
    properties: { GREETING: 'hello', COLOUR: 'red', SIZE: '3' },
    stored: [
      stored('TOKEN', { isSecret: true }),
      stored('COLOUR'),
      stored('SIZE', { isUnset: true }),
      stored('NEW', { version: 1 }),
    ],
    values: new Map([
      ['COLOUR', 'blue'],
      ['NEW', 'x'],
      ['TOKEN', 's3cret'],
    ]),
    running: {
      properties: { GREETING: 'hello', COLOUR: 'red', SIZE: '2' },
      parameters: [
        { name: 'TOKEN', parameter: '/p/TOKEN', version: 1 },
        { name: 'COLOUR', parameter: '/p/COLOUR', version: 2 },
      ],
    },
  });

  it('names the origin of each, what it hides, and never a secret', () => {
    expect(
      listed.map(({ name, value, origin, stackValue }) => [name, value, origin, stackValue]),
    ).to.deep.equal([
      ['COLOUR', 'blue', 'config set', 'red'],
      ['GREETING', 'hello', 'stack file', 'hello'],
      ['NEW', 'x', 'config set', null],
      ['SIZE', '3', 'stack file', '3'],
      ['TOKEN', null, 'config set', null],
    ]);
  });

  it('says which the running version was started with', () => {
    expect(listed.map(({ name, isDeployed }) => [name, isDeployed])).to.deep.equal([
      ['COLOUR', true],
      ['GREETING', true],
      ['NEW', false],
      ['SIZE', false],
      ['TOKEN', false],
    ]);
  });
});
