import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { componentReference, componentsFolder } from '../../tools/component-reference.ts';
import { Identities } from '../../tools/component-reference/identities.ts';
import { pagesOf } from '../../tools/component-reference/pages.ts';
import { readSource } from '../../tools/component-reference/source.ts';
import { anchorOf, excerptOf, keyAt } from '../../tools/component-reference/stack-file.ts';

describe('docs/components/', () => {
  const pages = componentReference();

  it('says what the source says (else run node tools/component-reference.ts)', () => {
    expect(readdirSync(componentsFolder).sort()).to.deep.equal([...pages.keys()].sort());
    for (const [name, text] of pages)
      expect(readFileSync(join(componentsFolder, name), 'utf8'), name).to.equal(text);
  });

  it('has links that lead somewhere, to the heading that they name', () => {
    const astray = [...pages].flatMap(([name, text]) =>
      [...text.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)]
        .filter(([, path = '', anchor]) => !leads(path === '' ? name : path, anchor))
        .map(([found]) => `${name}: ${found}`),
    );
    expect(astray).to.deep.equal([]);
  });

  function leads(path: string, anchor: string | undefined): boolean {
    const file = resolve(componentsFolder, path);
    if (!existsSync(file)) return false;
    if (anchor === undefined) return true;
    const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm);
    return [...headings].some(([, heading = '']) => anchorOf(heading) === anchor);
  }
});

const schemas = `
/** How many boxes there is room for. */
export type Size = 'small' | 'large';
`;

const base = `
export interface Placed {
  /** Where it is. */
  readonly vpcId: pulumi.Input<string>;
}
`;

const documented = `
import type { Size } from './schemas.ts';
import type { Placed } from './base.ts';

export interface ShelfArgs extends Placed {
  /**
   * Deliveries at most.
   * @stackFile environments.*.maxRetries
   */
  readonly retries: number;
  /** How large it is. */
  readonly size?: Size | undefined;
}

/**
 * Holds boxes. It
 * has doors.
 * Cost: nothing.
 * @see https://docs.aws.amazon.com/shelf.html
 * @stackFile network.cidr
 */
export class Shelf extends pulumi.ComponentResource implements Placed {
  readonly vpcId: pulumi.Output<string>;
  private readonly secret: string;
  constructor(name: string, args: ShelfArgs) {
    super('beanpole:home:Shelf', name, {});
  }
}
`;

const identities = new Identities({
  prod: [
    'beanpole:environment:Environment::shop-prod-web',
    'beanpole:environment:Environment::shop-prod-web > beanpole:home:Shelf::shop-prod-web-shelf',
    'beanpole:environment:Environment::shop-prod-api > beanpole:home:Shelf::shop-prod-api-shelf',
    'beanpole:environment:Environment::shop-prod-api',
    'beanpole:home:Shelf::shop-prod-web-shelf > aws:sqs/queue:Queue::shop-prod-web-shelf-box',
    'beanpole:home:Shelf::shop-prod-api-shelf > aws:sqs/queue:Queue::shop-prod-api-shelf-box',
    'beanpole:home:Shelf::shop-prod-api-shelf > aws:sns/topic:Topic::shop-prod-api-shelf',
  ],
});

const config = { 'beanpole:network': { cidr: '10.0.0.0/16', availabilityZones: 2 } };

const pagesFor = (shelf: string) =>
  pagesOf({
    source: readSource(
      new Map([
        ['infra/home/shelf.ts', shelf],
        ['infra/home/base.ts', base],
        ['infra/home/schemas.ts', schemas],
      ]),
    ),
    identities,
    stackFiles: { prod: { path: 'Pulumi.prod.yaml', config } },
  });

describe('the page of a component', () => {
  const page = (): string => pagesFor(documented).get('shelf.md') ?? '';

  it('begins with what it is, what it costs and the part of a stack file that leads to it', () => {
    expect(page()).to.contain('Holds boxes. It has doors.\n\n- **Cost:** Nothing.');
    expect(page()).to.contain('```yaml\nbeanpole:network:\n  cidr: 10.0.0.0/16\n```');
  });

  it('has its arguments, those of the interface it extends too, with defaults of the stack file', () => {
    const { default: standard, allowed } = keyAt('environments.*.maxRetries') ?? {};
    expect(page()).to.contain(
      `| \`retries\` | \`number\` | \`${String(standard)}\` | Deliveries at most. Stack file: `,
    );
    expect(page()).to.contain(`${String(allowed)}. |`);
    expect(page()).to.contain('| `size?` | [`Size`](types.md#size) |  | How large it is. |');
    expect(page()).to.contain('| `vpcId` | `Input<string>` | required | Where it is. |');
  });

  it('has its public outputs, told of by the interface where the class says nothing', () => {
    expect(page()).to.contain('| `vpcId` | `Output<string>` | Where it is. |').and.not.to.contain('secret');
  });

  it('has the resources that it registers, and where only some of its kind do', () => {
    expect(page()).to.match(/aws:sqs:Queue.*\| `<name>-box` \| prod \|/);
    expect(page()).to.match(/aws:sns:Topic.*\| `<name>` \| prod api \|/);
  });

  it('is refused, with all that is missing at once', () => {
    const bare = documented
      .replace('/** How large it is. */', '')
      .replace('Cost: nothing.', '')
      .replace('@see https://docs.aws.amazon.com/shelf.html', '')
      .replace('maxRetries', 'maxTries')
      .replace('vpcId: pulumi.Output', 'zone: pulumi.Output')
      .replace('beanpole:home:Shelf', 'beanpole:home:Board');
    expect(() => pagesFor(bare))
      .to.throw()
      .with.property('message')
      .that.includes('infra/home/shelf.ts: ShelfArgs.size has no docstring.')
      .and.includes('infra/home/shelf.ts: Shelf.zone has no docstring.')
      .and.includes('infra/home/shelf.ts: Shelf does not say what it costs')
      .and.includes("infra/home/shelf.ts: Shelf names no page of AWS's documentation")
      .and.includes('ShelfArgs.retries: the stack file has no key environments.*.maxTries.')
      .and.includes('(beanpole:home:Board) is in none of the stored stacks');
  });

  it('quotes a stack file only where all that the docstring names stands in it', () => {
    expect(excerptOf(config, ['network.cidr', 'network.natGateways'])).to.equal(undefined);
    expect(excerptOf(config, ['network.availabilityZones', 'network.cidr'])).to.equal(
      'beanpole:network:\n  availabilityZones: 2\n  cidr: 10.0.0.0/16',
    );
  });
});
