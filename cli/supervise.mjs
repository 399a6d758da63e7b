// A child process that ends the way its parent is asked to end. Plain JavaScript without dependencies:
// it runs before anything is installed.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/**
 * Runs a command to its end and passes on the signals that ask this process to stop, so that the child can
 * clean up. Returns its exit status (128 + n when a signal ended it, so 130 for an interrupt), whether a
 * signal arrived meanwhile, and what it wrote to the streams that were piped. Rejects when it cannot start.
 */
export function supervise(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    let output = '';
    let interruptedBy = null;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    }
    const handlers = SIGNALS.map((name) => {
      const handler = () => {
        interruptedBy = name;
        if (name !== 'SIGINT' || !inTerminalForeground()) child.kill(name);
      };
      process.on(name, handler);
      return [name, handler];
    });
    const release = () => handlers.forEach(([name, handler]) => process.off(name, handler));
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('close', (code, signal) => {
      release();
      resolve({ status: code ?? 128 + constants.signals[signal], interruptedBy, output });
    });
  });
}

/**
 * Whether Ctrl-C reaches the whole process group by itself, so that passing it on would deliver it twice,
 * and a second one means "at once" to the command line. Read from the kernel where /proc has it.
 */
function inTerminalForeground() {
  try {
    // pid (command) state ppid pgrp session tty tpgid ...; the command may contain spaces and parentheses.
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , foregroundGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foregroundGroup;
  } catch {
    return Boolean(process.stdin.isTTY);
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
