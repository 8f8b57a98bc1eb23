/** `beanpole:files` of a stack file. */
import { z } from 'zod';

export const filesSection = z.strictObject({
  mountPath: z
    .string()
    .regex(/^\/(mnt|srv|data)(\/[A-Za-z0-9._-]+)+$/)
    .default('/mnt/uploads')
    .meta({
      allowed: 'a path below /mnt, /srv or /data, such as /mnt/uploads',
      description: 'Where every instance has the shared files; the application gets it as UPLOADS_DIR.',
    }),
  backups: z.boolean().default(true).meta({
    description: 'Daily backups by AWS Backup, kept for 35 days. 0.05 USD per GB and month (us-east-1).',
  }),
  protection: z.boolean().default(true).meta({
    description: '`pulumi destroy` refuses to delete it. To delete it, set false and run `pulumi up` first.',
  }),
});

export type FilesConfiguration = z.infer<typeof filesSection>;
