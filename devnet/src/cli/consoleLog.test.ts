import fc from 'fast-check'
import { concatHex, encodeAbiParameters, toFunctionSelector, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { consoleText } from './consoleLog.js'

const address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

/** What a contract sends for a signature of the console's. */
function log(signature: string, types: readonly string[], values: readonly unknown[]) {
  const parameters = types.map((type) => ({ type }))
  return concatHex([toFunctionSelector(signature), encodeAbiParameters(parameters, values)])
}

describe('consoleText', () => {
  test.each([
    ['log()', [], [], ''],
    ['log(string)', ['string'], ['hello'], 'hello'],
    ['log(uint256)', ['uint256'], [2n ** 255n], `${2n ** 255n}`],
    ['log(uint)', ['uint256'], [7n], '7'],
    ['log(int256)', ['int256'], [-7n], '-7'],
    ['log(int)', ['int256'], [-7n], '-7'],
    ['log(bool)', ['bool'], [true], 'true'],
    ['log(address)', ['address'], [address], address],
    ['log(bytes)', ['bytes'], ['0x1234'], '0x1234'],
    ['log(bytes4)', ['bytes4'], ['0x12345678'], '0x12345678'],
    ['log(string,uint256)', ['string', 'uint256'], ['gas', 5n], 'gas 5'],
    ['log(string,uint)', ['string', 'uint256'], ['gas', 5n], 'gas 5'],
    ['log(string,int256)', ['string', 'int256'], ['delta', -5n], 'delta -5'],
    [
      'log(string,address,bool,uint256)',
      ['string', 'address', 'bool', 'uint256'],
      ['%s is %s, 100%% of %d', address, true, 9n],
      `${address} is true, 100% of 9`,
    ],
    ['log(string,uint256)', ['string', 'uint256'], ['%x and %s', 255n], '0xff and %s'],
    ['log(uint256,string)', ['uint256', 'string'], [1n, '%s'], '1 %s'],
  ] as const)('%s', (signature, types, values, text) => {
    expect(consoleText(log(signature, types, values))).toBe(text)
  })

  test('knows every list of up to four of its types', () => {
    const types = ['uint256', 'string', 'bool', 'address']
    const values: Record<string, unknown> = { uint256: 3n, string: 'a', bool: false, address }
    const any = fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(any, (list) => {
        const given = list.map((type) => values[type])
        const text = consoleText(log(`log(${list.join(',')})`, list, given))
        expect(text).toBe(given.map(String).join(' '))
      }),
    )
  })

  test('says so where it cannot read what was sent, whatever it is', () => {
    expect(consoleText('0x12345678')).toContain('unknown signature: 0x12345678')
    const cut = log('log(string)', ['string'], ['hello']).slice(0, 80) as `0x${string}`
    expect(consoleText(cut)).toContain('cannot be decoded')
    const selectors = fc.constantFrom('log(string)', 'log(uint256)', 'log(string,string)')
    fc.assert(
      fc.property(selectors, fc.uint8Array({ maxLength: 200 }), (signature, bytes) => {
        const calldata = concatHex([toFunctionSelector(signature), toHex(bytes)])
        expect(typeof consoleText(calldata)).toBe('string')
      }),
    )
  })
})
