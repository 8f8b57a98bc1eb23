/** What an environment's properties are, and where each comes from. Pure. */
import type { ConfigurationSnapshot } from '../../model/schemas.ts';
import type { StoredProperty } from './property-store.ts';

export interface ListedProperty {
  readonly name: string;
  /** Null for a secret: it is shown nowhere. */
  readonly value: string | null;
  readonly isSecret: boolean;
  readonly origin: 'stack file' | 'config set';
  readonly changedAt: string | null;
  readonly changedBy: string | null;
  /** The stack file's value where `config set` has put another one in front of it. */
  readonly stackValue: string | null;
  /** Whether the running version was started with it. */
  readonly isDeployed: boolean;
}

export interface ListingInput {
  /** The stack file's. */
  readonly properties: Readonly<Record<string, string>>;
  readonly stored: readonly StoredProperty[];
  /** Of plain stored ones. */
  readonly values: ReadonlyMap<string, string>;
  /** What runs was started with; undefined before the first deployment. */
  readonly running: ConfigurationSnapshot | undefined;
}

export function listProperties({ properties, stored, values, running }: ListingInput): ListedProperty[] {
  const set = stored.filter(({ isUnset }) => !isUnset);
  const own = set.map(({ name, isSecret, version, parameter, changedAt, changedBy }): ListedProperty => ({
    name,
    value: isSecret ? null : (values.get(name) ?? null),
    isSecret,
    origin: 'config set',
    changedAt: changedAt === undefined ? null : new Date(changedAt).toISOString(),
    changedBy: changedBy ?? null,
    stackValue: properties[name] ?? null,
    isDeployed:
      running?.parameters.some((each) => each.parameter === parameter && each.version === version) ?? false,
  }));
  const fromStack = Object.entries(properties)
    .filter(([name]) => !set.some((each) => each.name === name))
    .map(([name, value]): ListedProperty => ({
      name,
      value,
      isSecret: false,
      origin: 'stack file',
      changedAt: null,
      changedBy: null,
      stackValue: value,
      isDeployed:
        running?.properties[name] === value && !running.parameters.some((each) => each.name === name),
    }));
  return [...own, ...fromStack].sort((a, b) => a.name.localeCompare(b.name));
}
