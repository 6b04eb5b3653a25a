import { RemoteOptionsError } from './errors.js'

/** Where a remote is reached. Its URL may hold a key anywhere, so that messages name it by its host alone. */
export interface RemoteAddress {
  /** Host and port. */
  readonly label: string
  readonly isSecure: boolean
  readonly hostname: string
  readonly port: string
  /** What stands before `/v2`, without a slash at its end. */
  readonly basePath: string
  readonly query: string
  /** From the URL's user and password. */
  readonly authorization: string | undefined
}

/** @throws RemoteOptionsError for what is no URL of HTTP */
export function parseAddress(url: string): RemoteAddress {
  // The error of the constructor would quote the URL.
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    throw new RemoteOptionsError(
      'A remote endpoint is no URL that starts with http:// or https://.',
      {
        remedy: 'Write it like http://127.0.0.1:8000.',
      },
    )
  }
  const { host, hostname, port, pathname, search, username, password } = parsed
  return {
    label: host,
    isSecure: parsed.protocol === 'https:',
    // An IPv6 address stands in brackets in a URL alone.
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    basePath: pathname.replace(/\/(v2\/?)?$/, ''),
    query: search,
    authorization: username === '' && password === '' ? undefined : basic(username, password),
  }
}

function basic(username: string, password: string): string {
  const plain = `${unquoted(username)}:${unquoted(password)}`
  return `Basic ${Buffer.from(plain).toString('base64')}`
}

/** A percent sign that starts no escape stands for itself. */
function unquoted(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (quoted) =>
    Buffer.from(quoted.replaceAll('%', ''), 'hex').toString(),
  )
}

/**
 * The addresses of several remotes, each under a name of its own.
 * @throws RemoteOptionsError for none, or one that occurs twice: it would agree with itself
 */
export function parseAddresses(urls: readonly string[]): RemoteAddress[] {
  if (urls.length === 0)
    throw new RemoteOptionsError('A remote engine needs one endpoint at least.')
  const addresses = urls.map(parseAddress)
  const seen = new Set<string>()
  return addresses.map((address, i) => {
    const { isSecure, label, basePath, query } = address
    const place = `${isSecure} ${label} ${basePath} ${query}`
    if (seen.has(place)) {
      throw new RemoteOptionsError(`The remote endpoint ${label} is given twice.`, {
        remedy: 'Name each server once: one that is asked twice agrees with itself.',
      })
    }
    seen.add(place)
    const isShared = addresses.some((other, j) => j !== i && other.label === label)
    return isShared ? { ...address, label: `${label} (${i + 1})` } : address
  })
}
