// The guides do what they say: their snippets are run against the server, those of one guide and one language as one
// program. A snippet names what must be in its output, if that matters: ```js expect=STALE_VERSION
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, fromRoot, scratch } from './checks.mjs';
import { lacking, publisher, reviewer } from './credentials.mjs';

// What follows has to be given a moment before the next snippet, and is ended at last.
const GUIDES = {
  publishers: { pause: '', end: '' },
  following: { pause: 'await new Promise((resolve) => setTimeout(resolve, 1500));', end: 'process.exit(0);' },
};
const MARK = '@@ snippet';
const LANGUAGES = {
  sh: { file: 'guide.sh', command: ['bash', '-euo', 'pipefail'], needs: ['bash', 'curl', 'sed'], mark: (text) => `echo; echo '${text}'` },
  js: { file: 'guide.mjs', command: [process.execPath], needs: [], mark: (text) => `console.log('\\n${text}');` },
  python: { file: 'guide.py', command: ['python3'], needs: ['python3'], mark: (text) => `print('\\n${text}', flush=True)` },
};
const PATIENCE_MS = 60_000;

/** The fenced code of a Markdown text: language, what is expected, the line that it begins at, the text. */
function snippets(markdown) {
  const found = [];
  let open = null;
  markdown.split('\n').forEach((text, index) => {
    const fence = text.match(/^```(\w*)(.*)$/);
    if (!fence) open?.lines.push(text);
    else if (open) open = null;
    else {
      const expect = fence[2].match(/expect=(\S+)/)?.[1].split(',') ?? [];
      open = { language: fence[1], expect, line: index + 1, lines: [] };
      found.push(open);
    }
  });
  return found;
}

/** Runs a program to its end; its output by snippet, and how it ended. */
function run({ file, command, mark }, parts, base, { pause = '', end = '' }) {
  // Where packages are found.
  const folder = scratch('guide');
  const text = parts.map(({ lines }, index) => `${mark(`${MARK} ${index}`)}\n${lines.join('\n')}\n${pause}\n`).join('\n');
  writeFileSync(join(folder, file), `${text}\n${end}\n`);
  const env = { ...process.env, SOLIDARITY_URL: base.replace(/\/$/, '') };
  const child = spawn(command[0], [...command.slice(1), file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      const outputs = output.split(new RegExp(`^${MARK} \\d+$`, 'm')).slice(1);
      resolve({ code, outputs });
    });
  });
}

export async function checkGuide({ base, check, skip }) {
  const reason = lacking({ CLIENT: publisher, REVIEWER: reviewer });
  if (reason) return skip('guide: the snippets of the guides run', reason);
  for (const [guide, waits] of Object.entries(GUIDES)) await checkOne(guide, waits, { base, check, skip });
}

async function checkOne(guide, waits, { base, check, skip }) {
  const all = snippets(readFileSync(fromRoot(`docs/${guide}.md`), 'utf8'));
  for (const [name, language] of Object.entries(LANGUAGES)) {
    const parts = all.filter((snippet) => snippet.language === name);
    const missing = language.needs.filter((program) => spawnSync(program, ['--version']).error);
    if (missing.length > 0) {
      await skip(`guide: ${guide}: ${name}: ${parts.length} snippets`, `${missing.join(' and ')} is not installed`);
      continue;
    }
    await check(`guide: ${guide}: ${name}: there are snippets`, () => assert(parts.length >= 1, `${parts.length}`));
    const { code, outputs } = await run(language, parts, base, name === 'js' ? waits : {});
    for (const [index, { line, expect }] of parts.entries()) {
      await check(`guide: ${guide}: ${name}: the snippet at line ${line} runs${expect.length ? ` and shows ${expect.join(', ')}` : ''}`, () => {
        const output = outputs[index];
        assert(output !== undefined, 'the program ended before it');
        assert(code === 0 || index < outputs.length - 1, `the program failed (${code}): ${output}`);
        for (const word of expect) assert(output.includes(word), `the output lacks ${word}: ${output}`);
        const refused = output.match(/"(?:errors|userErrors)":\s*\[\s*\{.*/);
        assert(!refused, refused?.[0]);
      });
    }
  }
}
