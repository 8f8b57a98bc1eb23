import { expect } from 'chai';
import { processEnvironment } from '../../../agent/deploy/environment.ts';
import { reservedProperties } from '../../../model/reserved-properties.ts';
import type { InstanceDescriptor } from '../../../model/schemas.ts';

describe('the environment of a process', () => {
  const given = (
    more: Partial<InstanceDescriptor>,
    properties: Record<string, string> = { REDIS_URL: 'mine', COLOUR: 'red' },
  ): Record<string, string> =>
    processEnvironment({
      inherited: { AWS_ENDPOINT_URL: 'http://aws', SECRET: 'of the agent' },
      descriptor: { platform: 'nodejs', region: 'eu-central-1', ...more } as InstanceDescriptor,
      identity: { instanceId: 'i-1', availabilityZone: 'eu-central-1a' } as never,
      versionLabel: 'v1',
      properties,
      folder: '/release',
      nodeFolder: '/node',
      port: 5000,
    });
  const cache = { host: 'cache.example', port: 6379, isEncrypted: true };

  it('names the cache by a URL that demands encryption where there is some', () => {
    expect(given({ cache }).REDIS_URL).to.equal('rediss://cache.example:6379');
    expect(given({ cache: { ...cache, isEncrypted: false } }).REDIS_URL).to.equal(
      'redis://cache.example:6379',
    );
    expect(given({}).REDIS_URL).to.equal('mine');
  });

  it('names the folder of shared files', () => {
    const files = { fileSystemId: 'fs-1', accessPointId: 'fsap-1', mountPath: '/mnt/uploads' };
    expect(given({ files }).UPLOADS_DIR).to.equal('/mnt/uploads');
    expect(given({})).to.not.have.property('UPLOADS_DIR');
  });

  it('trusts what the machine trusts, and is told nothing of the agent`s own', () => {
    expect(given({})).to.include({ NODE_USE_SYSTEM_CA: '1', AWS_ENDPOINT_URL: 'http://aws', COLOUR: 'red' });
    expect(given({})).to.not.have.property('SECRET');
  });

  it('is decided by the agent where a name is reserved', () => {
    const files = { fileSystemId: 'fs-1', accessPointId: 'fsap-1', mountPath: '/mnt/uploads' };
    const made = given(
      { cache, files, workerQueueUrl: 'https://queue' },
      Object.fromEntries(reservedProperties.map((name) => [name, 'mine'])),
    );
    // Those of the database come with its password, before processes are started.
    const open = reservedProperties.filter((name) => !name.startsWith('RDS_') && made[name] === 'mine');
    expect(open).to.deep.equal([]);
  });
});
