import { createHash } from 'node:crypto';
import { arch } from 'node:process';

export type Architecture = 'x86_64' | 'arm64';

/** Where the disk of every instance is attached. */
export const rootDevice = '/dev/xvda';
export const rootVolumeSize = 8;

export const machineArchitecture: Architecture = arch === 'arm64' ? 'arm64' : 'x86_64';

export interface BaseImage {
  readonly id: string;
  readonly architecture: Architecture;
  readonly name: string;
}

/** Amazon's image: what `local/image` makes, on this machine's own architecture. Its id never changes. */
export function localImage(architecture: Architecture = machineArchitecture): BaseImage {
  const digest = createHash('sha256').update(`al2023 ${architecture}`).digest('hex');
  return {
    id: `ami-${digest.slice(0, 17)}`,
    architecture,
    name: `al2023-ami-2023.9.20261102.0-kernel-6.12-${architecture}`,
  };
}
