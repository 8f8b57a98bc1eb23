import { object, required, string } from '../../../resource/schema.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['FileSystemNotFound', 'PolicyNotFound'];

/** A setting of a file system: its id is the file system's. Deleted, it is off. */
export default regional({
  type: 'aws:efs/backupPolicy:BackupPolicy',
  inputs: {
    fileSystemId: required(string({ replaces: true })),
    backupPolicy: required(object({ status: required(string({ values: ['ENABLED', 'DISABLED'] })) })),
  },

  async create(given, context) {
    const efs = await context.clients.efs();
    await efs.putBackupPolicy({
      FileSystemId: given.fileSystemId,
      BackupPolicy: { Status: given.backupPolicy.status as 'ENABLED' },
    });
    return given.fileSystemId;
  },

  async read(id, context) {
    const efs = await context.clients.efs();
    const found = await ifFound(gone, () => efs.describeBackupPolicy({ FileSystemId: id }));
    return found && { fileSystemId: id, backupPolicy: { status: found.BackupPolicy?.Status } };
  },

  async update(id, { news }, context) {
    const efs = await context.clients.efs();
    const Status = news.backupPolicy.status as 'ENABLED';
    await efs.putBackupPolicy({ FileSystemId: id, BackupPolicy: { Status } });
  },

  async delete(id, context) {
    const efs = await context.clients.efs();
    await ifFound(gone, () =>
      efs.putBackupPolicy({ FileSystemId: id, BackupPolicy: { Status: 'DISABLED' } }),
    );
  },
});
