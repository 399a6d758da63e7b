#!/usr/bin/env node
// What `./weir` and `npx weir` start. It runs on the Node a machine happens to have, before anything is
// installed; the command line itself (cli/main.ts) runs on the Node that package.json names.

const major = Number(process.versions.node.split('.')[0]);
if (major < 18) {
  console.error(`weir: Node ${process.versions.node} is too old to start from; install Node 18 or later.`);
  process.exit(5);
}

const { ensureInstalled, ensureReportPage, root, runtimeEnvironment, SetupError } =
  await import('./install.mjs');
const { supervise } = await import('./supervise.mjs');

try {
  const runtime = await ensureInstalled();
  await ensureReportPage(runtime);
  const child = await supervise(runtime, [`${root}/cli/main.ts`, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: runtimeEnvironment(),
  });
  process.exitCode = child.status;
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`weir: ${error.message}`);
  process.exitCode = error.status;
}
