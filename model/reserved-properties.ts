/**
 * Variables of an application's processes that Beanpole decides, where there is what they lead to: no environment
 * property may have such a name.
 */
export const reservedProperties = [
  'PATH',
  'PORT',
  'AWS_REGION',
  'AWS_ENDPOINT_URL',
  'WORKER_QUEUE_URL',
  'RDS_HOSTNAME',
  'RDS_PORT',
  'RDS_DB_NAME',
  'RDS_USERNAME',
  'RDS_PASSWORD',
  'RDS_READER_HOSTNAME',
  'REDIS_URL',
  'UPLOADS_DIR',
  'INSTANCE_ID',
  'AVAILABILITY_ZONE',
  'VERSION_LABEL',
] as const;

export type ReservedProperty = (typeof reservedProperties)[number];

export const isReserved = (name: string): boolean => (reservedProperties as readonly string[]).includes(name);
