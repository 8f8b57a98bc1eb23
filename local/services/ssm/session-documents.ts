import { AwsError } from '../../endpoint/service.ts';
import { invalidDocument, invalidParameters, notBacked } from './errors.ts';
import type { SsmState } from './state.ts';

/** What a session's document has the agent do. */
export interface SessionPlan {
  readonly documentName: string;
  readonly sessionType: 'Standard_Stream' | 'InteractiveCommands';
  /** What runs on the terminal. */
  readonly argv: readonly string[];
}

/** The document of a plain shell; an account's preferences are kept under this name, too. */
const shellDocument = 'SSM-SessionManagerRunShell';

/** AWS's own session documents that nothing here would act on. */
const others = [
  'AWS-StartNonInteractiveCommand',
  'AWS-StartPortForwardingSession',
  'AWS-StartPortForwardingSessionToRemoteHost',
  'AWS-StartPortForwardingSessionToSocket',
  'AWS-StartSSHSession',
];

/** The plan of a document with its parameters, or what is wrong with them. */
export function sessionPlan(
  state: SsmState,
  given = shellDocument,
  parameters: Readonly<Record<string, readonly string[]>> = {},
): SessionPlan {
  const documentName = given.replace(/^arn:aws:ssm:[^:]*:\d*:document\//, '');
  if (documentName === shellDocument) {
    takeParameters(parameters, []);
    return { documentName, sessionType: 'Standard_Stream', argv: ['sh'] };
  }
  if (documentName === 'AWS-StartInteractiveCommand') {
    const [command = ''] = takeParameters(parameters, ['command']);
    return { documentName, sessionType: 'InteractiveCommands', argv: ['sh', '-c', command] };
  }
  if (others.includes(documentName)) throw notBacked(`The document ${documentName}`);
  if (documentName === 'AWS-RunShellScript' || state.documents.get(documentName)) {
    throw new AwsError(
      'InvalidDocument',
      "Document type: 'Command' is not supported. Only type: 'Session' is supported in Session Manager.",
    );
  }
  throw invalidDocument(documentName);
}

/** The values of exactly these parameters, one each. */
function takeParameters(
  given: Readonly<Record<string, readonly string[]>>,
  names: readonly string[],
): string[] {
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw invalidParameters(`Document does not have parameters: ${unknown.join(', ')}.`);
  return names.map((name) => {
    const [value, ...more] = given[name] ?? [];
    if (value === undefined) throw invalidParameters(`Parameter "${name}" requires a value.`);
    if (more.length > 0) throw invalidParameters(`Parameter "${name}" takes one value.`);
    return value;
  });
}
