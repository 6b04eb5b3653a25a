/** Where Anvil's IPC socket is unless told otherwise. */
export const defaultIpcPath =
  process.platform === 'win32' ? '\\\\.\\pipe\\anvil.ipc' : '/tmp/anvil.ipc'
