// verified.mjs GATEWAY CID [FROM-TO]
//
// Gives a UnixFS file's bytes, or a range of them, on stdout: @helia/verified-fetch over a trustless gateway.
// stderr: Content-Range, and the most memory that this process had.
import { trustlessGateway } from '@helia/block-brokers'
import { createHeliaHTTP } from '@helia/http'
import { httpGatewayRouting } from '@helia/routers'
import { createVerifiedFetch } from '@helia/verified-fetch'

const [gateway, root, range] = process.argv.slice(2)
// Node 20 lacks it.
Promise.withResolvers ??= () => { const d = {}; d.promise = new Promise((a, b) => { d.resolve = a; d.reject = b }); return d }
const helia = await createHeliaHTTP({
	blockBrokers: [trustlessGateway({ allowInsecure: true, allowLocal: true })],
	routers: [httpGatewayRouting({ gateways: [gateway] })]
})
const get = await createVerifiedFetch(helia)
const answer = await get(`ipfs://${root}`, range ? { headers: { range: `bytes=${range}` } } : {})
if (answer.status !== (range ? 206 : 200)) throw new Error(`status ${answer.status}: ${await answer.text()}`)
for await (const bytes of answer.body) {
	if (!process.stdout.write(bytes)) await new Promise(resolve => process.stdout.once('drain', resolve))
}
console.error(`${answer.headers.get('content-range') ?? ''} ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`)
await helia.stop()
process.exit(0)
