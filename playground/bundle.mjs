// Bundles the page with esbuild into the folder named on the command line: hashed chunks, each file gzipped, the
// licences of everything that went in, and manifest.txt (path, media type, ETag, immutable), which build.rs reads.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? 'dist');
const jsonc = join(here, 'page/jsonc-prettier.js');
const MIME = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.ttf': 'font/ttf',
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ['main.jsx', 'editor.worker.js', 'graphql.worker.js', 'json.worker.js'].map((name) => `page/${name}`),
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  chunkNames: 'c-[hash]',
  assetNames: 'a-[hash]',
  legalComments: 'external',
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.ttf': 'file' },
  alias: {
    // The old entry is a UMD file, whose named exports are lost under splitting: Prettify would do nothing.
    'prettier/parser-graphql': 'prettier/plugins/graphql',
    'prettier/parser-babel': jsonc,
    'prettier/plugins/estree': jsonc,
  },
});

copyFileSync(join(here, 'index.html'), join(out, 'index.html'));
writeFileSync(join(out, 'THIRD-PARTY.txt'), licences(Object.keys(metafile.inputs)));
writeManifest();

/** The licence files of each package that has a file in the bundle, then the notices that the files carry themselves. */
function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const match = input.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
    if (match) folders.add(match[1]);
  }
  const parts = ['This playground contains the packages below, each under its own licence.\n'];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
    parts.push(`${'='.repeat(80)}\n${name} ${version} (${license})\n`);
    const files = readdirSync(join(here, folder)).filter((file) => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(file));
    for (const file of files.sort()) parts.push(readFileSync(join(here, folder, file), 'utf8').trim() + '\n');
  }
  const notices = new Set();
  for (const file of readdirSync(out).filter((name) => name.endsWith('.LEGAL.txt')).sort()) {
    notices.add(readFileSync(join(out, file), 'utf8').trim());
    rmSync(join(out, file));
  }
  return [...parts, '='.repeat(80), ...notices].join('\n') + '\n';
}

function writeManifest() {
  const lines = [];
  for (const file of readdirSync(out).sort()) {
    const path = join(out, file);
    const isHashed = /^[ac]-/.test(file);
    // esbuild repeats Monaco's styles for each lazy chunk; main.css has them all and nothing links these.
    if (isHashed && file.endsWith('.css')) {
      rmSync(path);
      continue;
    }
    const bytes = readFileSync(path);
    const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    rmSync(path);
    lines.push([file, MIME[extname(file)] ?? 'application/octet-stream', etag, isHashed].join('\t'));
  }
  writeFileSync(join(out, 'manifest.txt'), lines.join('\n') + '\n');
}
