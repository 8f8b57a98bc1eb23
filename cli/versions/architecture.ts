import type { Architecture, EnvironmentDescriptor } from '../../model/schemas.ts';
import { UserError } from '../errors.ts';

const architectures: Partial<Record<NodeJS.Architecture, Architecture>> = { x64: 'x86_64', arm64: 'arm64' };

/** What a version is built for: the architecture of the environments' images, which must be this machine's. */
export function architectureOf(
  environments: readonly Pick<EnvironmentDescriptor, 'architecture'>[],
  machine: NodeJS.Architecture,
): Architecture {
  const own = architectures[machine];
  const wanted = [...new Set(environments.map(({ architecture }) => architecture))];
  if (own === undefined)
    throw new UserError(
      `Versions cannot be built on this machine: its processor is ${machine}, not x64 or arm64.`,
    );
  if (wanted.length > 1)
    throw new UserError(`The application's environments differ in architecture: ${wanted.join(', ')}.`, {
      next: 'pulumi up   (with one architecture in all stack files)',
    });
  if (wanted[0] !== undefined && wanted[0] !== own)
    throw new UserError(`The environments' instances are ${wanted[0]}, and this machine builds for ${own}.`, {
      now: ['Nothing was built.'],
      next: `beanpole version create <label>   (on a machine or CI runner with ${wanted[0]})`,
    });
  return own;
}
