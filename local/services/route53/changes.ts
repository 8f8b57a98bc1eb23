import type { ChangeInfo, GetChangeCommandInput, GetChangeCommandOutput } from '@aws-sdk/client-route-53';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { DnsState } from './state.ts';
import { newId } from './zones.ts';

/** The record of changes. The one name server has a change as soon as it is made: all are INSYNC. */
export interface Changes {
  record(comment?: string): ChangeInfo;
}

const keptChanges = 1000;

export function changeRecord({ clock }: Parts, state: DnsState): Changes {
  return {
    record(comment = '') {
      const change = { id: newId('C'), submitted: clock.now(), comment };
      state.changes.set(change.id, change);
      if (state.changes.size > keptChanges) {
        const [oldest] = state.changes.values();
        if (oldest) state.changes.delete(oldest.id);
      }
      return view(change);
    },
  };
}

export function changeOperations(state: DnsState) {
  return {
    async GetChange(input: GetChangeCommandInput): Promise<Answer<GetChangeCommandOutput>> {
      const id = (input.Id ?? '').replace(/^\/change\//, '');
      const change = state.changes.get(id);
      if (!change)
        throw new AwsError(
          'NoSuchChange',
          `A change with the specified change ID does not exist: ${id}`,
          404,
        );
      return { ChangeInfo: view(change) };
    },
  };
}

const view = ({
  id,
  submitted,
  comment,
}: {
  id: string;
  submitted: number;
  comment: string;
}): ChangeInfo => ({
  Id: `/change/${id}`,
  Status: 'INSYNC',
  SubmittedAt: new Date(submitted),
  ...(comment !== '' && { Comment: comment }),
});
