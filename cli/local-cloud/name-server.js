// Loaded by the local cloud's `pulumi` into every Node it starts: names are asked of that cloud, not of the machine.
import { setServers } from 'node:dns';

const server = process.env.LOCAL_CLOUD_NAME_SERVER;
if (server) setServers([server]);
