import { expect } from 'chai';
import { PartialFailure } from '../../../../local/provider/protocol/plugin.ts';
import { unknown, type Properties } from '../../../../local/provider/protocol/values.ts';
import { define } from '../../../../local/provider/resource/definition.ts';
import {
  check,
  create,
  diff,
  read,
  update,
  type Operation,
} from '../../../../local/provider/resource/lifecycle.ts';
import { boolean, map, number, required, string } from '../../../../local/provider/resource/schema.ts';

const none = { tags: {} };
const seed = new Uint8Array([7]);

/** A cloud of one kind of thing. */
function cloud() {
  const things = new Map<string, Properties>();
  const failing = { wait: false };
  const definition = define<Operation, typeof inputs>({
    type: 'aws:x:Thing',
    naming: { property: 'name', maximum: 20 },
    inputs,
    unknownAfter: (changed) => (changed.has('size') ? ['version'] : []),
    async create(given, context) {
      things.set('t-1', { ...given, version: 1 });
      context.created('t-1');
      if (failing.wait) throw new Error('it never became ready');
      return 't-1';
    },
    async read(id) {
      const found = things.get(id);
      if (!found) return undefined;
      const tags = found.tags ?? {};
      return { name: found.name, size: found.size, version: found.version, tags, tagsAll: tags };
    },
    async update(id, { news, changed }) {
      things.set(id, { ...news, version: 2 });
      if (failing.wait) throw new Error('it did not settle');
      expect(changed('size')).to.equal(true);
    },
    async delete(id) {
      things.delete(id);
    },
  });
  return { things, failing, definition };
}
const inputs = {
  name: string({ replaces: true }),
  size: required(number()),
  force: boolean({ default: false, hidden: true }),
  tags: map(),
};
const context: Operation = { created: () => undefined };
const type = 'aws:x:Thing';

describe('the life of a resource', () => {
  it('keeps an automatic name, and remembers that it is one', () => {
    const { definition } = cloud();
    const first = check(definition, { type, name: 'web', olds: {}, news: { size: 1 }, seed });
    expect(first.inputs.name).to.match(/^web-[0-9a-f]{7}$/);
    const again = check(definition, {
      type,
      name: 'web',
      olds: first.inputs,
      news: { size: 2 },
      seed: new Uint8Array([9]),
    });
    expect(again.inputs.name).to.equal(first.inputs.name);
    expect(again.inputs.__defaults).to.deep.equal(['force', 'name']);
  });

  it('answers after making what the cloud has, with what only the provider knows', async () => {
    const { definition } = cloud();
    const given = { name: 'a', size: 1, force: true, __defaults: [] };
    const made = await create(definition, { type, inputs: given, preview: false, timeout: 0 }, context, none);
    expect(made.id).to.equal('t-1');
    expect(made.properties).to.deep.equal({
      name: 'a',
      size: 1,
      version: 1,
      force: true,
      tags: {},
      tagsAll: {},
    });
  });

  it('makes nothing in a preview and leaves out what nobody can know', async () => {
    const { definition, things } = cloud();
    const request = { type, inputs: { name: unknown, size: 1 }, preview: true, timeout: 0 };
    const made = await create(definition, request, context, none);
    expect(made.properties).to.deep.equal({ size: 1 });
    expect(things.size).to.equal(0);
  });

  it('keeps what exists when something fails behind it', async () => {
    const { definition, failing } = cloud();
    failing.wait = true;
    const request = { type, inputs: { name: 'a', size: 1 }, preview: false, timeout: 0 };
    const error = await create(definition, request, context, none).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(PartialFailure);
    expect(error).to.include({ id: 't-1', message: 'it never became ready' });
    expect((error as PartialFailure).made.properties).to.include({ size: 1, version: 1 });
  });

  it('says after a failed update what the cloud has now', async () => {
    const { definition, failing, things } = cloud();
    things.set('t-1', { name: 'a', size: 1, version: 1 });
    failing.wait = true;
    const request = changing({ name: 'a', size: 3 });
    const error = await update(definition, request, context, none).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(PartialFailure);
    expect((error as PartialFailure).made.properties).to.include({ size: 3, version: 2 });
  });

  it('shows in a preview of an update what becomes unknown', async () => {
    const { definition } = cloud();
    const made = await update(
      definition,
      { ...changing({ name: 'a', size: 3 }), preview: true },
      context,
      none,
    );
    expect(made.properties).to.deep.equal({ name: 'a', size: 3, tags: {}, tagsAll: {} });
  });

  it('is gone when the cloud does not know it', async () => {
    const { definition } = cloud();
    const found = await read(
      definition,
      { type, id: 't-1', inputs: { size: 1 }, state: {}, timeout: 0 },
      context,
    );
    expect(found.id).to.equal('');
  });

  it('reads the cloud and never repeats the state', async () => {
    const { definition, things } = cloud();
    things.set('t-1', { name: 'a', size: 9, version: 4, tags: { by: 'hand' } });
    const request = {
      type,
      id: 't-1',
      inputs: { name: 'a', size: 1, force: true, __defaults: ['force'] },
      state: { name: 'a', size: 1, version: 1, force: true, tags: {}, tagsAll: {} },
      timeout: 0,
    };
    const found = await read(definition, request, context);
    expect(found.properties).to.deep.include({ size: 9, version: 4, tags: { by: 'hand' }, force: true });
    expect(found.inputs).to.deep.equal({ name: 'a', size: 9, force: true, __defaults: ['force'] });
    const repair = diff(
      definition,
      {
        type,
        id: 't-1',
        oldInputs: found.inputs,
        olds: found.properties,
        news: request.inputs,
        ignoreChanges: [],
      },
      none,
    );
    expect(repair.changes.map(({ path }) => path)).to.have.members(['size', 'tags']);
  });

  it('imports with every input that the cloud has', async () => {
    const { definition, things } = cloud();
    things.set('t-1', { name: 'a', size: 9, version: 4 });
    const found = await read(definition, { type, id: 't-1', inputs: {}, state: {}, timeout: 0 }, context);
    expect(found.inputs).to.deep.equal({ name: 'a', size: 9, __defaults: [] });
  });
});

describe('a replacement', () => {
  const replaced = (defaults: string[]) =>
    diff(
      cloud().definition,
      {
        type,
        id: 't-1',
        oldInputs: {},
        olds: { name: 'a', size: 1 },
        news: { name: 'a', size: 1, __defaults: defaults },
        ignoreChanges: [],
      },
      none,
    );

  it('needs the old one gone first when the program chose the name', () => {
    const definition = { ...cloud().definition, replaces: () => ['size'] };
    const request = {
      type,
      id: 't-1',
      oldInputs: {},
      olds: { name: 'a', size: 1 },
      ignoreChanges: [],
    };
    const chosen = diff(definition, { ...request, news: { name: 'a', size: 2, __defaults: [] } }, none);
    expect(chosen).to.include({ deleteBeforeReplace: true });
    const automatic = diff(
      definition,
      { ...request, news: { name: 'a', size: 2, __defaults: ['name'] } },
      none,
    );
    expect(automatic).to.include({ deleteBeforeReplace: false });
    expect(automatic.replaces).to.deep.equal(['size']);
    expect(replaced([]).changes).to.deep.equal([]);
  });

  it('is not made for what the program ignores', () => {
    const result = diff(
      cloud().definition,
      {
        type,
        id: 't-1',
        oldInputs: {},
        olds: { name: 'a', size: 1 },
        news: { name: 'b', size: 1 },
        ignoreChanges: ['name'],
      },
      none,
    );
    expect(result.changes).to.deep.equal([]);
    expect(result.replaces).to.deep.equal([]);
  });
});

describe('tags of the provider', () => {
  it('belong to every resource without being the program’s', () => {
    const { definition } = cloud();
    const request = {
      type,
      id: 't-1',
      oldInputs: {},
      olds: { name: 'a', size: 1, tags: {}, tagsAll: {} },
      news: { name: 'a', size: 1 },
      ignoreChanges: [],
    };
    const { changes } = diff(definition, request, { tags: { owner: 'us' } });
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).to.deep.equal(['add tags']);
  });
});

function changing(news: Properties) {
  return {
    type,
    id: 't-1',
    oldInputs: { name: 'a', size: 1 },
    olds: { name: 'a', size: 1, version: 1, tags: {}, tagsAll: {} },
    news,
    ignoreChanges: [],
    preview: false,
    timeout: 0,
  };
}
