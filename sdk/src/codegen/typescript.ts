import { IndentationText, NewLineKind, Project, QuoteKind, type SourceFile } from 'ts-morph'
import { toCamelCase, toPascalCase } from './names.js'
import type { Port, Signature } from './signature.js'

/** A typed module for one model. */
export function typescriptOf(signature: Signature): string {
  const file = emptyFile()
  addImports(file, signature)
  addConstants(file, signature)
  if (signature.isSimple) addSimplePredict(file, signature)
  else addTensorPredict(file, signature)
  return textOf(file)
}

/** A constant for the ABI of a contract, with the types that viem infers from. */
export function abiModuleOf(name: string, abi: readonly unknown[]): string {
  const file = emptyFile()
  file.addStatements((writer) => {
    writer.writeLine(`/** ABI of \`${name}\`. */`)
    writer.write(`export const ${toCamelCase(name)}Abi = ${literal(abi)} as const`)
  })
  return textOf(file)
}

function emptyFile(): SourceFile {
  const project = new Project({
    useInMemoryFileSystem: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Single,
      useTrailingCommas: true,
    },
  })
  return project.createSourceFile('model.ts')
}

/** Without semicolons: `;` at the end of a line is all that the printer adds. */
function textOf(file: SourceFile): string {
  file.formatText({ indentSize: 2, semicolons: 'remove' as never })
  return file.getFullText().trim()
}

function addImports(file: SourceFile, { isSimple }: Signature): void {
  const names = isSimple
    ? [{ name: 'infer' }, { name: 'ReadOptions', isTypeOnly: true }]
    : [
        { name: 'inferTensors' },
        { name: 'ReadOptions', isTypeOnly: true },
        { name: 'Tensor', isTypeOnly: true },
      ]
  file.addImportDeclaration({ moduleSpecifier: '@lockstep/sdk', namedImports: names })
  file.addImportDeclaration({
    moduleSpecifier: 'viem',
    isTypeOnly: true,
    namedImports: ['Client'],
  })
}

function addConstants(file: SourceFile, signature: Signature): void {
  const { name, description, docs, inputs, outputs } = signature
  const facts = {
    id: description.id,
    class: description.class,
    gas: description.gas,
    inputs: Object.fromEntries(inputs.map(factsOf)),
    outputs: Object.fromEntries(outputs.map(factsOf)),
  }
  file.addStatements((writer) => {
    writer.newLine()
    writer.writeLine(
      `/** ${docs || `The model \`${name}\`.`} What its file says: id, class, gas of a call, tensors. */`,
    )
    writer.write(`export const ${toCamelCase(name)}Model = ${literal(facts)} as const`)
  })
}

/** Names for what goes in and what comes out. */
function addTypes(
  file: SourceFile,
  name: string,
  [input, output]: readonly [string, string],
): void {
  const pascal = toPascalCase(name)
  file.addTypeAlias({
    name: `${pascal}Input`,
    isExported: true,
    type: input,
    docs: [`What \`${name}\` takes.`],
  })
  file.addTypeAlias({
    name: `${pascal}Output`,
    isExported: true,
    type: output,
    docs: [`What \`${name}\` gives.`],
  })
}

function factsOf({ property, dtype, shape, encoding }: Port): [string, object] {
  return [property, { dtype, shape, ...(encoding && { encoding }) }]
}

function addSimplePredict(file: SourceFile, { name, docs, inputs, outputs }: Signature): void {
  const [input, output] = [inputs[0] as Port, outputs[0] as Port]
  const pascal = toPascalCase(name)
  const given = input.isScalar ? '[given]' : 'given'
  addTypes(file, name, [`{ readonly ${input.property}: ${typeOf(input)} }`, typeOf(output)])
  file.addFunction({
    name: `predict${pascal}`,
    isExported: true,
    isAsync: true,
    parameters: [
      { name: 'client', type: 'Client' },
      {
        name: 'parameters',
        type: `ReadOptions & ${pascal}Input`,
      },
    ],
    returnType: `Promise<${pascal}Output>`,
    docs: [
      {
        description: (writer) => {
          writer.writeLine(docs || `Runs \`${name}\`.`)
          writer.writeLine(`@param parameters.${input.property} ${input.summary}.`)
          writer.write(`@returns ${output.property}: ${output.summary}.`)
        },
      },
    ],
    statements: (writer) => {
      writer.writeLine(`const { ${input.property}: given, ...options } = parameters`)
      writer.writeLine(
        `const y = await infer(client, { ...options, model: ${toCamelCase(name)}Model.id, x: ${given} })`,
      )
      writer.write(
        output.isScalar ? 'return y[0] as bigint' : `return y as unknown as ${pascal}Output`,
      )
    },
  })
  addBinder(file, name)
}

function addTensorPredict(file: SourceFile, { name, docs, inputs, outputs }: Signature): void {
  const fields = (ports: readonly Port[]) =>
    ports.map((port) => `readonly ${port.property}: ${tensorTypeOf(port)}`).join('; ')
  const pascal = toPascalCase(name)
  addTypes(file, name, [`{ ${fields(inputs)} }`, `{ ${fields(outputs)} }`])
  file.addFunction({
    name: `predict${pascal}`,
    isExported: true,
    isAsync: true,
    parameters: [
      { name: 'client', type: 'Client' },
      { name: 'parameters', type: `ReadOptions & ${pascal}Input` },
    ],
    returnType: `Promise<${pascal}Output>`,
    docs: [
      {
        description: (writer) => {
          writer.writeLine(docs || `Runs \`${name}\`.`)
          for (const port of inputs)
            writer.writeLine(`@param parameters.${port.property} ${port.summary}.`)
          writer.write(`@returns ${outputs.map((p) => `${p.property}: ${p.summary}`).join('; ')}.`)
        },
      },
    ],
    statements: (writer) => {
      const given = inputs.map((_, at) => `given${at}`).join(', ')
      const names = inputs.map(({ property }, at) => `${property}: given${at}`).join(', ')
      writer.writeLine(`const { ${names}, ...options } = parameters`)
      writer.writeLine(
        `const tensors = await inferTensors(client, { ...options, model: ${toCamelCase(name)}Model.id, inputs: [${given}] })`,
      )
      const gives = `${pascal}Output`
      const entries = outputs.map(
        ({ property }, at) => `${property}: tensors[${at}] as ${gives}['${property}'],`,
      )
      writer.write('return ').inlineBlock(() => {
        for (const entry of entries) writer.writeLine(entry)
      })
    },
  })
  addBinder(file, name)
}

/** `volatility(client).predict({ returns })`. */
function addBinder(file: SourceFile, name: string): void {
  const predict = `predict${toPascalCase(name)}`
  file.addFunction({
    name: toCamelCase(name),
    isExported: true,
    parameters: [{ name: 'client', type: 'Client' }],
    docs: [`\`${name}\` on the chain of a client.`],
    statements: (writer) => {
      writer.write('return ').inlineBlock(() => {
        writer.writeLine(`...${toCamelCase(name)}Model,`)
        writer.writeLine(
          `predict: (parameters: ReadOptions & ${toPascalCase(name)}Input) => ${predict}(client, parameters),`,
        )
      })
    },
  })
}

/** A short tensor is a tuple, whose length the compiler checks. */
function typeOf({ isScalar, isTuple, length }: Port): string {
  if (isScalar) return 'bigint'
  if (!isTuple) return 'readonly bigint[]'
  return `readonly [${Array.from({ length: length ?? 0 }, () => 'bigint').join(', ')}]`
}

function tensorTypeOf({ dtype, shape }: Port): string {
  const dims = shape.map((dim) => (dim < 0 ? 'number' : String(dim))).join(', ')
  return `Tensor & { readonly dtype: ${dtype}; readonly shape: readonly [${dims}] }`
}

/** A value as TypeScript writes it: keys bare where they can be, short lists in one line. */
function literal(value: unknown, margin = ''): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${margin}  `
  const isFlat = Array.isArray(value) && value.every((each) => typeof each !== 'object')
  if (isFlat) return `[${(value as unknown[]).map((each) => literal(each)).join(', ')}]`
  const lines = Array.isArray(value)
    ? value.map((each) => `${inner}${literal(each, inner)},\n`)
    : Object.entries(value).map(
        ([key, each]) =>
          `${inner}${/^[A-Za-z_]\w*$/.test(key) ? key : quoted(key)}: ${literal(each, inner)},\n`,
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join('')}${margin}${close}`
}

function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1)
  return `'${inner.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
