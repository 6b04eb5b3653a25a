export {
  createHandlers,
  type HandlerOptions,
  type Handlers,
  type RequestId,
  type RpcResponse,
} from './handlers.js'
export { defaultUploadLimits, type UploadLimits } from './lockstep/uploads.js'
export { inProcess, type Peer } from './peer.js'
export {
  createServer,
  ListenError,
  PortInUseError,
  type RpcServer,
  type ServerOptions,
} from './server.js'
