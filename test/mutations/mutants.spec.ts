import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { mutantsOf } from './mutants.ts';
import { securityInputs } from './security-inputs.ts';

const removedFrom = (source: string): string[] => mutantsOf(source).map(({ removed }) => removed);

describe('the mutants of a component', () => {
  it('each lack one security-relevant input, and nothing else', () => {
    const source = `bucket({\n  name,\n  tags,\n  nested: { encrypted: true },\n});\n`;
    expect(mutantsOf(source)).to.deep.equal([
      { line: 3, removed: 'tags', source: `bucket({\n  name,\n  \n  nested: { encrypted: true },\n});\n` },
      { line: 4, removed: 'encrypted: true', source: `bucket({\n  name,\n  tags,\n  nested: {  },\n});\n` },
    ]);
  });

  it('lack one element of a list, and no hole is left', () => {
    const [, first, last] = mutantsOf(`policy({ Action: ['a:Get', 'a:Put'] })`);
    expect(first?.source).to.equal(`policy({ Action: [ 'a:Put'] })`);
    expect(last?.source).to.equal(`policy({ Action: ['a:Get', ] })`);
  });

  it('lack an element of a constant that an input is set to', () => {
    expect(
      removedFrom(`const moved = ['minSize']; group({ ignoreChanges: moved, names: other });`),
    ).to.deep.equal([`'minSize'`, 'ignoreChanges: moved']);
  });

  it('lack the spread of a constant with such inputs', () => {
    expect(removedFrom(`const http = { fromPort: 80 }; rule({ ...http, ...other });`)).to.deep.equal([
      'fromPort: 80',
      '...http',
    ]);
  });

  it('lack a statement, with the call that pushes it', () => {
    const statement = `{ Effect: 'Allow' }`;
    expect(removedFrom(`const all = () => [${statement}];`)).to.include(statement);
    expect(mutantsOf(`if (mine) all.push(${statement});`)[0]?.source).to.equal('if (mine) ;');
  });

  it('are made of what is given, not of types, names of parameters and outputs', () => {
    const source = `
      interface Args { readonly tags: object }
      const make = ({ tags }: Args) => tags;
      this.registerOutputs({ vpcId: this.vpcId });`;
    expect(removedFrom(source)).to.deep.equal([]);
  });
});

describe('the list of security-relevant inputs', () => {
  it('names none that no component sets', () => {
    const sources = globSync('infra/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    const unknown = [...securityInputs].filter(
      (name) => !sources.some((source) => new RegExp(`\\b${name}'?[:,]| ${name} }`).test(source)),
    );
    expect(unknown).to.deep.equal([]);
  });
});
