import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ts } from 'ts-morph'
import type { LockstepConfig } from './config.js'
import { CodegenError } from './errors.js'

/** A configuration and the folder that its paths start from. */
export interface LoadedConfig {
  readonly config: LockstepConfig
  readonly root: string
  readonly path: string
}

/**
 * Reads `lockstep.config.ts`, whatever Node's version knows of TypeScript.
 * @throws CodegenError when the file is not there, does not run, or exports no configuration.
 */
export async function loadConfig(file = 'lockstep.config.ts'): Promise<LoadedConfig> {
  const path = resolve(file)
  const source = await readFile(path, 'utf8').catch((cause) => {
    throw new CodegenError(`There is no configuration ${file}.`, {
      remedy:
        "Write one: import { defineConfig } from '@lockstep/sdk/codegen', and export default defineConfig({ models: { volatility: './volatility.onnx' } }).",
      cause,
    })
  })
  const { outputText } = ts.transpileModule(source, {
    fileName: path,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  const config = await importText(outputText, path)
  requireConfig(config, file)
  return { config, root: dirname(path), path }
}

/** Runs a module from beside the configuration, so that it finds what that imports. */
async function importText(text: string, beside: string): Promise<unknown> {
  const path = `${beside}.${process.pid}-${Date.now()}.mjs`
  await writeFile(path, text)
  try {
    const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
    return loaded.default
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CodegenError(`${beside} does not run: ${reason}`, { cause })
  } finally {
    await rm(path, { force: true })
  }
}

function requireConfig(config: unknown, file: string): asserts config is LockstepConfig {
  const { models, lint } = (config ?? {}) as Partial<Record<keyof LockstepConfig, unknown>>
  if (typeof models === 'object' && models !== null && Object.keys(models).length > 0) return
  // A project may be linted that wants no code.
  if (models === undefined && typeof lint === 'object' && lint !== null) return
  throw new CodegenError(`${file} exports no configuration with models.`, {
    remedy: 'Export default defineConfig({ models: { name: path } }).',
  })
}
