import { phpOptions, type BundleOptions } from './option-settings.ts';

/** php-fpm's configuration for one release: FastCGI on a port of its own, the process's environment passed on. */
export function phpFpmConfig(port: number, { php }: BundleOptions): string {
  const values = Object.entries(phpOptions).flatMap(([option, directive]) => {
    const value = php[option];
    return value === undefined ? [] : [`php_admin_value[${directive}] = ${value.replaceAll(/[\r\n]/g, ' ')}`];
  });
  return `[global]
error_log = /proc/self/fd/2
[www]
user = root
group = root
listen = 127.0.0.1:${port}
pm = dynamic
pm.max_children = 20
pm.start_servers = 2
pm.min_spare_servers = 1
pm.max_spare_servers = 4
clear_env = no
catch_workers_output = yes
decorate_workers_output = no
${values.join('\n')}
`;
}
