import type { StoredDocument } from './state.ts';

/** The documents that AWS owns. */

const runShellScript = {
  schemaVersion: '2.2',
  description: 'Run a shell script or specify the commands to run.',
  parameters: {
    commands: {
      type: 'StringList',
      description: '(Required) Specify a shell script or a command to run.',
      minItems: 1,
      displayType: 'textarea',
    },
    workingDirectory: {
      type: 'String',
      default: '',
      description: '(Optional) The path to the working directory on your instance.',
      maxChars: 4096,
    },
    executionTimeout: {
      type: 'String',
      default: '3600',
      description:
        '(Optional) The time in seconds for a command to complete before it is considered to have failed. Default is 3600 (1 hour). Maximum is 172800 (48 hours).',
      allowedPattern: '([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)',
    },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'aws:runShellScript',
      inputs: {
        timeoutSeconds: '{{ executionTimeout }}',
        runCommand: '{{ commands }}',
        workingDirectory: '{{ workingDirectory }}',
      },
    },
  ],
};

export const builtInDocuments: ReadonlyMap<string, StoredDocument> = new Map([
  [
    'AWS-RunShellScript',
    {
      name: 'AWS-RunShellScript',
      type: 'Command',
      tags: [],
      defaultVersion: '1',
      versions: [
        {
          version: '1',
          content: JSON.stringify(runShellScript, null, 2),
          format: 'JSON',
          created: Date.UTC(2017, 0, 1),
        },
      ],
    },
  ],
]);
