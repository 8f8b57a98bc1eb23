/** What the environment variables say. Nothing else in the application looks at them. */
export function readSettings(environment) {
  return {
    facts: {
      version: environment.VERSION_LABEL || 'unversioned',
      instance: environment.INSTANCE_ID || 'this machine',
      zone: environment.AVAILABILITY_ZONE || 'no zone',
    },
    port: Number(environment.PORT || 8000),
    logLevel: environment.LOG_LEVEL || 'info',
    database: environment.RDS_HOSTNAME ? databaseSettings(environment) : undefined,
    redisUrl: environment.REDIS_URL || undefined,
    uploadsFolder: environment.UPLOADS_DIR || undefined,
    queueUrl: environment.WORKER_QUEUE_URL || undefined,
    region: environment.AWS_REGION,
    admin: { passwordHash: environment.ADMIN_PASSWORD_HASH, password: environment.ADMIN_PASSWORD },
  };
}

const databaseSettings = (environment) => ({
  host: environment.RDS_HOSTNAME,
  readerHost: environment.RDS_READER_HOSTNAME || undefined,
  port: Number(environment.RDS_PORT || 3306),
  name: environment.RDS_DB_NAME || 'mywordpress',
  user: environment.RDS_USERNAME || '',
  password: environment.RDS_PASSWORD || '',
});
