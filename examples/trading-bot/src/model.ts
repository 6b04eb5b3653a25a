/** Where the signal is kept: ONNX bytes, written by `npm run model`. */
export const signalUrl = new URL('../model/signal.onnx', import.meta.url)
