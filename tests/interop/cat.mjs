// cat.mjs GATEWAY CID [FROM LENGTH]
//
// Gives a UnixFS file's bytes on stdout: Helia's exporter over blocks of a trustless gateway, each of
// which is hashed. stderr: requests, and the most memory that this process had.
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const [gateway, root, from, length] = process.argv.slice(2)
let asked = 0

const blocks = {
	async * get (cid) {
		const answer = await fetch(`${gateway}/ipfs/${cid}?format=raw`)
		if (answer.status !== 200) throw new Error(`${cid}: status ${answer.status}`)
		const bytes = new Uint8Array(await answer.arrayBuffer())
		if (!CID.createV1(cid.code, await sha256.digest(bytes)).equals(cid)) throw new Error(`${cid}: other bytes`)
		asked++
		yield bytes
	}
}

const entry = await exporter(root, blocks)
const part = from === undefined ? {} : { offset: Number(from), length: Number(length) }
for await (const bytes of entry.content({ ...part, blockReadConcurrency: 4 })) {
	if (!process.stdout.write(bytes)) await new Promise(resolve => process.stdout.once('drain', resolve))
}
process.stderr.write(`${asked} blocks, ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`)
