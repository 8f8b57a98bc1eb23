import type { PolicyDocument } from '../services/iam/policy/document.ts';
import type { Tags } from './authorization.ts';

/** What IAM knows of a user or a role's session when it calls. */
export interface Identity {
  /** Sessions: of their role. */
  readonly roleArn?: string;
  /** Users only. */
  readonly userName?: string;
  /** Of the user or role, and a session's own over them. */
  readonly tags: Tags;
  /** Inline and attached policies. */
  readonly policies: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
  /** Those that AssumeRole was given. */
  readonly session?: readonly PolicyDocument[];
  /** When temporary credentials were issued, in milliseconds since 1970. */
  readonly issued?: number;
}
