// Bundles src/ into the folder given, under hashed names, and says in manifest.json which file is which.
import * as esbuild from 'esbuild'
import fs from 'node:fs'
import path from 'node:path'

const out = process.argv[2]
if (!out) throw new Error('usage: node build.mjs OUTPUT_FOLDER [--watch]')

const entryPoints = fs.readdirSync('src').filter((name) => /\.(ts|css)$/.test(name)).map((name) => `src/${name}`)

/** Entry name ("app.ts") -> its file and the chunks it imports, so that a page can preload them. */
function manifestOf(outputs) {
  const manifest = {}
  for (const [file, output] of Object.entries(outputs)) {
    if (!output.entryPoint) continue
    const imports = output.imports.filter((entry) => entry.kind === 'import-statement')
    manifest[path.basename(output.entryPoint)] = {
      file: path.basename(file),
      imports: imports.map((entry) => path.basename(entry.path)),
    }
  }
  return manifest
}

/** What we ship of others carries their licence: one text for every package that a bundle contains. */
function thirdParty(inputs) {
  const names = new Set()
  for (const input of Object.keys(inputs)) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (found) names.add(found[1])
  }
  return [...names].sort().map((name) => {
    const folder = path.join('node_modules', name)
    const about = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
    const licence = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
    if (!licence) throw new Error(`${name} ships no licence text; it may not be bundled`)
    return `${name} ${about.version} (${about.license})\n\n${fs.readFileSync(path.join(folder, licence), 'utf8').trim()}\n`
  }).join(`\n${'-'.repeat(80)}\n\n`)
}

const writeManifest = {
  name: 'manifest',
  setup(build) {
    build.onEnd(({ metafile }) => {
      if (!metafile) return
      const bundled = thirdParty(metafile.inputs)
      fs.writeFileSync(path.join(out, 'THIRD_PARTY.txt'), bundled)
      fs.writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(manifestOf(metafile.outputs), null, 1) + '\n')
    })
  },
}

const options = {
  entryPoints,
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  metafile: true,
  target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.woff2': 'file' },
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [writeManifest],
}

if (process.argv.includes('--watch')) {
  const context = await esbuild.context({ ...options, sourcemap: 'linked', logLevel: 'info' })
  await context.watch()
} else {
  await esbuild.build(options)
}
