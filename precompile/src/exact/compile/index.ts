export type { Range, Sample } from './calibrate.js'
export { type Compiled, type CompileOptions, compileExact } from './compile.js'
export {
  CalibrationError,
  InvalidFixtureError,
  LoweringError,
  OpenDimensionError,
} from './errors.js'
export type { Fixtures } from './fix.js'
export type { CompileReport, ErrorReport, SizeReport } from './report.js'
