/** What the environment variables say. Nothing else in the application looks at them. */
export const settings = {
  facts: {
    version: process.env.VERSION_LABEL || 'unversioned',
    instance: process.env.INSTANCE_ID || 'this machine',
  },
  port: Number(process.env.PORT || 8000),
  redisUrl: process.env.REDIS_URL || 'redis://127.0.0.1:6379',
  database: {
    host: process.env.RDS_HOSTNAME || '127.0.0.1',
    port: Number(process.env.RDS_PORT || 3306),
    database: process.env.RDS_DB_NAME || 'shop',
    user: process.env.RDS_USERNAME || 'root',
    password: process.env.RDS_PASSWORD || '',
  },
};
