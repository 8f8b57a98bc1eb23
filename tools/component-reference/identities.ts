/** What a component registers, from the stored identities of the resources of whole stacks. */

export interface Registered {
  /** Pulumi's type. */
  readonly type: string;
  /** Logical name; `<name>` stands for that of the component. */
  readonly name: string;
  /** Stacks in which it is, of some stacks only in an environment or in one of several such components. */
  readonly where: readonly string[];
}

interface Resource {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string | undefined;
}

export class Identities {
  readonly #resources: readonly Resource[];

  /** Each stack's stored identities: `type::name`, behind `parent > ` where there is a parent. */
  constructor(stored: Readonly<Record<string, readonly string[]>>) {
    this.#resources = Object.entries(stored).flatMap(([stack, lines]) =>
      lines.map((line) => {
        const [own = '', parent] = line.split(' > ').reverse();
        const [type = '', name = ''] = own.split('::');
        return { stack, type, name, parent };
      }),
    );
  }

  /** Logical names of the components of a type, by stack. */
  namesOf(type: string): Map<string, string[]> {
    const own = this.#resources.filter((resource) => resource.type === type);
    return new Map(
      [...Map.groupBy(own, ({ stack }) => stack)].map(([stack, all]) => [stack, all.map(({ name }) => name)]),
    );
  }

  /** Types of the components that a component is in; undefined for the stack itself. */
  parentsOf(type: string): (string | undefined)[] {
    const own = this.#resources.filter((resource) => resource.type === type);
    return [...new Set(own.map(({ parent }) => parent?.split('::')[0]))];
  }

  /** Resources that components of a type register as their children. */
  childrenOf(type: string): Registered[] {
    const children = this.#resources.flatMap(({ parent, ...resource }) => {
      const [parentType, parentName] = parent?.split('::') ?? [];
      return parentType === type && parentName !== undefined ? [{ ...resource, parentName }] : [];
    });
    const alike = Map.groupBy(children, (child) => `${child.type}::${patternOf(child)}`);
    return [...alike]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, [first, ...others]]) => {
        const [childType = '', name = ''] = key.split('::');
        const parents = [...(first ? [first] : []), ...others].map(({ stack, parentName }) => ({
          stack,
          name: parentName,
        }));
        return { type: childType, name, where: this.#places(type, parents) };
      });
  }

  #places(type: string, having: readonly { readonly stack: string; readonly name: string }[]): string[] {
    return [...this.namesOf(type)].flatMap(([stack, all]) => {
      const those = all.filter((name) => having.some((one) => one.stack === stack && one.name === name));
      if (those.length === 0) return [];
      return those.length === all.length ? [stack] : this.#within(stack, type, all, those);
    });
  }

  /** Environments of which all such components have it, and single components. */
  #within(stack: string, type: string, all: readonly string[], those: readonly string[]): string[] {
    const environments = Map.groupBy(all, (name) => this.#environmentOf(stack, `${type}::${name}`));
    return [...environments].flatMap(([environment, names]) => {
      const having = names.filter((name) => those.includes(name));
      return environment !== undefined && having.length === names.length
        ? [`${stack} ${environment}`]
        : having.map((name) => `\`${name}\``);
    });
  }

  /** The environment that a component is part of, as it is called in the stack file. */
  #environmentOf(stack: string, identity: string): string | undefined {
    const [type = '', name = ''] = identity.split('::');
    if (type === 'beanpole:environment:Environment') return name.split(`-${stack}-`)[1];
    const own = this.#resources.find(
      (resource) => resource.stack === stack && resource.type === type && resource.name === name,
    );
    return own?.parent === undefined ? undefined : this.#environmentOf(stack, own.parent);
  }
}

const patternOf = ({ name, parentName }: { readonly name: string; readonly parentName: string }): string =>
  name.startsWith(parentName) ? `<name>${name.slice(parentName.length)}` : name;
