import { expect } from 'chai';
import type { EnvironmentStack } from '../../../infra/config.ts';
import { daemonSettings } from '../../../infra/environment/worker-tier.ts';
import { configurationOf } from '../stacks.ts';

describe('the worker daemon', () => {
  it('is told what the stack file says', () => {
    const { worker } = (configurationOf('prod') as EnvironmentStack).environments;
    const settings = {
      httpPath: '/work',
      mimeType: 'text/plain',
      httpConnections: 3,
      connectTimeoutSeconds: 7,
      inactivityTimeoutSeconds: 30,
      visibilityTimeoutSeconds: 90,
      errorVisibilityTimeoutSeconds: 4,
      retentionPeriodSeconds: 86_400,
      maxRetries: 8,
    };
    expect(daemonSettings({ ...worker!, ...settings }, 'https://queue', 'https://dead')).to.deep.equal({
      queueUrl: 'https://queue',
      deadLetterQueueUrl: 'https://dead',
      ...settings,
    });
  });
});
