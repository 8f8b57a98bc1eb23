import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { applicationOf, findProject } from '../../cli/project.ts';

describe('a project', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'beanpole-project-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const stack = (name: string, application: string, region = 'eu-central-1') => {
    writeFileSync(
      join(folder, `Pulumi.${name}.yaml`),
      `config:\n  aws:region: ${region}\n  beanpole:application: ${application}\n`,
    );
  };

  describe('findProject', () => {
    it('finds the stack files upwards, and what they agree on', () => {
      stack('dev', 'shop');
      stack('prod', 'shop');
      mkdirSync(join(folder, 'app/lib'), { recursive: true });
      expect(findProject(join(folder, 'app/lib'))).to.deep.equal({
        folder,
        applications: ['shop'],
        region: 'eu-central-1',
      });
    });

    it('reads a value or default of Pulumi.yaml', () => {
      writeFileSync(
        join(folder, 'Pulumi.yaml'),
        'name: x\nconfig:\n  beanpole:application: { value: blog }\n  aws:region: { default: us-east-1 }\n',
      );
      expect(findProject(folder))
        .to.include({ region: 'us-east-1' })
        .and.to.deep.include({ applications: ['blog'] });
    });

    it('has no region when the stacks differ', () => {
      stack('dev', 'shop', 'eu-central-1');
      stack('prod', 'shop', 'us-east-1');
      expect(findProject(folder).region).to.equal(undefined);
    });

    it('says which file is not YAML', () => {
      writeFileSync(join(folder, 'Pulumi.dev.yaml'), 'config: [');
      expect(() => findProject(folder)).to.throw('Pulumi.dev.yaml is not YAML');
    });
  });

  describe('applicationOf', () => {
    const project = { folder: '/x', region: undefined };
    it('is what was given, else what the stack files name', () => {
      expect(applicationOf({ ...project, applications: [] }, 'blog')).to.equal('blog');
      expect(applicationOf({ ...project, applications: ['shop'] }, undefined)).to.equal('shop');
    });

    it('wants to be told when there is none, or more than one', () => {
      expect(() => applicationOf({ ...project, applications: [] }, undefined)).to.throw(
        'No application is named: /x has no stack file',
      );
      expect(() => applicationOf({ ...project, applications: ['a', 'b'] }, undefined)).to.throw(
        'several applications: a, b',
      );
    });
  });
});
