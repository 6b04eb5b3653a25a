import { Dtype, type DtypeName, dtypeName } from '../tensor.js'

/** Element types by the protocol's names. BF16 is Triton's addition. */
const DATATYPES: Readonly<Record<DtypeName, string>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  bfloat16: 'BF16',
}

const DTYPES = new Map<string, Dtype>(
  (Object.keys(Dtype) as DtypeName[]).map((name) => [DATATYPES[name], Dtype[name]]),
)

/** The protocol's name of an element type, `FP32` for float32. */
export function datatypeOf(dtype: Dtype): string {
  return DATATYPES[dtypeName(dtype)]
}

/** Undefined for what models here never take or give, such as BYTES. */
export function dtypeOf(datatype: string): Dtype | undefined {
  return DTYPES.get(datatype)
}
