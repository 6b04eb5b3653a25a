import { main } from '@lockstep/devnet/cli'
import { deployVolatilityDemo } from './deploy.js'

/** Runs the devnet with the model and the pool deployed, and says what to paste. */
process.exitCode = await main(process.argv, {
  prepare: async ({ url }) => {
    const { modelId, contractAddress } = await deployVolatilityDemo({ rpcUrl: url })
    return `
Volatility demo
==================

Model     ${modelId}
Contract  ${contractAddress}

Ask the contract, which runs the model inline:

  npx cast call ${contractAddress} "predictedVolatility()(int256)" --rpc-url ${url}
`
  },
})
