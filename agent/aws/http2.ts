/** In the place of `node:http2`, which the AWS SDK imports for streaming services that the agent does not call. */
export const constants = {};
export default { constants };
