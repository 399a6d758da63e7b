import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const OBJECT_KEY = 'proxy_cache_key $server_port$request_uri;';

/** Programs started for a test, with the folder they live in. */
export class ProxyServers {
  readonly folder = mkdtempSync(join(tmpdir(), 'weir-proxies-'));
  readonly #children: ChildProcess[] = [];
  readonly #said: string[] = [];

  /** Starts nginx with one server for each port, whose location has these lines beside the common ones. */
  nginx(
    program: string, origin: number, servers: ReadonlyArray<readonly [port: number, lines: string]>,
  ): void {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${this.folder}/nginx-${name};`).join(' ');
    const config = `daemon off; master_process off; pid ${this.folder}/nginx.pid; error_log stderr;
      events { worker_connections 1024; }
      http {
        access_log off; ${temporary}
        proxy_cache_path ${this.folder}/nginx-cache keys_zone=cache:1m;
        ${servers.map(([port, lines]) => `server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass http://127.0.0.1:${origin}; proxy_http_version 1.1;
            proxy_cache cache; ${lines.includes('proxy_cache_key') ? '' : OBJECT_KEY} ${lines}
          }
        }`).join('\n')}
      }`;
    const file = join(this.folder, 'nginx.conf');
    writeFileSync(file, config);
    this.#start(program, ['-p', this.folder, '-c', file, '-e', 'stderr']);
  }

  /** Starts Varnish as it comes. */
  varnish(program: string, origin: number, port: number): void {
    this.#start(program, [
      '-F', '-j', 'none', '-n', join(this.folder, 'varnish'), '-a', `127.0.0.1:${port}`,
      '-b', `127.0.0.1:${origin}`, '-s', 'malloc,64m',
    ]);
  }

  /** Starts Apache Traffic Server as it comes, with a folder of its own for all that it keeps. */
  trafficServer(program: string, origin: number, port: number): void {
    const root = join(this.folder, 'ats');
    for (const name of ['etc', 'cache', 'log', 'run']) mkdirSync(join(root, name), { recursive: true });
    const files = {
      'runroot.yaml': [
        `prefix: ${root}`, `exec_prefix: ${root}`, `sysconfdir: ${root}/etc`, `datadir: ${root}/cache`,
        `localstatedir: ${root}`, `runtimedir: ${root}/run`, `logdir: ${root}/log`, `cachedir: ${root}/cache`,
        'bindir: /usr/bin', 'sbindir: /usr/sbin', 'libdir: /usr/lib', 'includedir: /usr/include',
        'libexecdir: /usr/lib/trafficserver/modules',
      ],
      // As whoever runs the tests.
      'etc/records.config': [
        `CONFIG proxy.config.http.server_ports STRING ${port}:ip-in=127.0.0.1`,
        'CONFIG proxy.config.admin.user_id STRING #-1', 'CONFIG proxy.config.crash_log_helper STRING NULL',
      ],
      'etc/remap.config': [`map / http://127.0.0.1:${origin}/`],
      'etc/storage.config': [`${root}/cache 64M`],
      'etc/plugin.config': [],
      'etc/ip_allow.yaml': [
        'ip_allow:', '  - apply: in', '    ip_addrs: 127.0.0.1', '    action: allow', '    methods: ALL',
      ],
    };
    for (const [name, lines] of Object.entries(files)) {
      writeFileSync(join(root, name), lines.map((line) => `${line}\n`).join(''));
    }
    this.#start(program, [`--run-root=${root}/runroot.yaml`]);
  }

  /** Waits until something listens on a port; throws with what the programs said when nothing does. */
  async ready(port: number): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (await listens(port)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`nothing listens on port ${port}; the programs said:\n${this.#said.join('')}`);
  }

  /** Ends the programs and removes their folder. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('close', () => resolve());
      child.kill('SIGTERM');
    })));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(program: string, args: readonly string[]): void {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => this.#said.push(data.toString()));
    }
    child.on('error', (error) => this.#said.push(`${error.message}\n`));
    this.#children.push(child);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
