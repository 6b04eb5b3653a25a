import { BaseError } from '@lockstep/precompile'
import { bundleFile } from './files.js'

/** Thrown for a bundle that is not replayed. Subclasses say what is wrong with it. */
export class BundleError extends BaseError {
  override readonly name: string = 'BundleError'

  /**
   * @param folder of the bundle.
   * @param file inside it, with the line or the field where there is one.
   */
  constructor(
    readonly folder: string,
    readonly file: string,
    problem: string,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(`The bundle ${folder} is refused: ${file} ${problem}.`, {
      remedy: 'Copy the bundle again from where it was made, or record it again.',
      ...options,
    })
  }
}

/** A file of the bundle is missing, is no plain file, or has another size than the manifest says. */
export class BundleFileError extends BundleError {
  override readonly name = 'BundleFileError'
}

/** A file of the bundle has other bytes than those that were recorded. */
export class BundleHashError extends BundleError {
  override readonly name = 'BundleHashError'

  constructor(
    folder: string,
    file: string,
    readonly wanted: string,
    readonly got: string,
  ) {
    super(folder, file, `has the sha256 ${got}, and the manifest says ${wanted}`)
  }
}

/** The manifest names a file that no bundle has, such as one outside its folder. */
export class BundlePathError extends BundleError {
  override readonly name = 'BundlePathError'

  constructor(folder: string, path: string) {
    super(
      folder,
      'manifest.json',
      `lists ${JSON.stringify(path.slice(0, 100))}, which no bundle holds`,
      {
        remedy:
          'Do not trust this bundle: lockstep writes no such name. Nothing was read or written.',
      },
    )
  }
}

/** A file of the bundle does not say what such a file says. */
export class BundleFormatError extends BundleError {
  override readonly name = 'BundleFormatError'
}

/** The bundle was written by a version of lockstep whose bundles this one does not read. */
export class BundleVersionError extends BundleError {
  override readonly name = 'BundleVersionError'

  constructor(
    folder: string,
    readonly wanted: unknown,
    readonly got: number,
  ) {
    super(
      folder,
      'manifest.json',
      `has format ${JSON.stringify(wanted)}, and this lockstep reads ${got}`,
      {
        remedy:
          'Replay it with the version of lockstep that its manifest names, or record it again.',
      },
    )
  }
}

/** The bundle's answers are those of another inference runtime, gas schedule or validator. */
export class BundleRuntimeError extends BundleError {
  override readonly name = 'BundleRuntimeError'

  constructor(
    folder: string,
    readonly field: string,
    readonly wanted: unknown,
    readonly got: unknown,
  ) {
    super(
      folder,
      'manifest.json',
      `says that ${field} is ${JSON.stringify(wanted)}, and here it is ${JSON.stringify(got)}`,
      {
        remedy:
          'Replay it with the version of lockstep that recorded it: others may answer otherwise.',
      },
    )
  }
}

/**
 * The state that a bundle starts from is not what its root says, or lacks what executing its blocks reads: nothing
 * that is missing is ever taken for empty.
 */
export class BundleStateError extends BundleError {
  override readonly name = 'BundleStateError'

  constructor(
    folder: string,
    problem: string,
    {
      file = bundleFile.state,
      ...options
    }: { file?: (typeof bundleFile)['state' | 'fork']; cause?: unknown } = {},
  ) {
    super(folder, file, problem, options)
  }
}

/** There is something where a bundle is to be written. */
export class BundleExistsError extends BaseError {
  override readonly name = 'BundleExistsError'

  constructor(readonly folder: string) {
    super(`${folder} exists already.`, { remedy: 'Remove it, or name another folder.' })
  }
}
