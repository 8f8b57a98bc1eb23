/** The plugin `pulumi-resource-aws`: the engine starts it and reads the port from the first line it prints. */
import { flushCompileCache } from 'node:module';
import { endWithParent } from '../protocol/parent.ts';
import { serve } from '../protocol/server.ts';
import { AwsProvider } from './provider.ts';

endWithParent();
const provider = new AwsProvider();
process.stdout.write(`${await serve(provider)}\n`);
// The engine ends plugins without warning: what was compiled has to be on disk before.
setTimeout(flushCompileCache, 2000).unref();
