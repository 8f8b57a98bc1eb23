/**
 * Ends this process when the engine that started it is gone. An engine that is killed cannot end its plugins,
 * and they would wait for ever for one that never calls again.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 1000).unref();
}
