import type * as iam from '@aws-sdk/client-iam';
import type { Operations } from '../../endpoint/service.ts';
import { findPolicy } from './policies.ts';
import type { IamState, Principal } from './state.ts';

/** Permissions boundaries: the managed policy that limits what a user's or role's own policies allow. */
export function boundaryOperations(
  state: IamState,
  kind: 'Role' | 'User',
  change: (input: object, edit: (principal: Principal) => void) => void,
): Operations {
  return {
    [`Put${kind}PermissionsBoundary`](input: { readonly PermissionsBoundary?: string }): void {
      const { arn } = findPolicy(state, input.PermissionsBoundary);
      change(input, (principal) => {
        principal.boundary = arn;
      });
    },
    [`Delete${kind}PermissionsBoundary`](input: object): void {
      change(input, (principal) => {
        delete principal.boundary;
      });
    },
  };
}

export const wireBoundary = (arn: string | undefined): Pick<iam.Role, 'PermissionsBoundary'> =>
  arn === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
          PermissionsBoundaryArn: arn,
        },
      };
