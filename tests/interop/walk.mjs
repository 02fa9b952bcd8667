// walk.mjs GATEWAY CID [FILE.car]
//
// Fetches everything below CID block by block from a trustless gateway, with software that
// knows nothing of varve: every block is hashed, every node decoded and encoded again by
// @ipld/dag-cbor. Prints the number of blocks. FILE.car: the same blocks, last to first, are
// written there by @ipld/car.
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CarWriter } from '@ipld/car'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const [gateway, root, file] = process.argv.slice(2)

async function block (cid) {
	const answer = await fetch(`${gateway}/ipfs/${cid}`, {
		headers: { accept: 'application/vnd.ipld.raw' }
	})
	if (answer.status !== 200) throw new Error(`${cid}: status ${answer.status}`)
	if (answer.headers.get('content-type') !== 'application/vnd.ipld.raw') {
		throw new Error(`${cid}: ${answer.headers.get('content-type')}`)
	}
	const bytes = new Uint8Array(await answer.arrayBuffer())
	const digest = await sha256.digest(bytes)
	if (!CID.createV1(cid.code, digest).equals(cid)) throw new Error(`${cid}: other bytes`)
	return bytes
}

function links (value, found) {
	const cid = CID.asCID(value)
	if (cid) found.push(cid)
	else if (Array.isArray(value)) value.forEach(v => links(v, found))
	else if (value && typeof value === 'object' && !(value instanceof Uint8Array)) {
		Object.values(value).forEach(v => links(v, found))
	}
	return found
}

const blocks = new Map()
const todo = [CID.parse(root)]
while (todo.length > 0) {
	const cid = todo.pop()
	if (blocks.has(cid.toString())) continue
	const bytes = await block(cid)
	blocks.set(cid.toString(), { cid, bytes })
	if (cid.code === dagCbor.code) {
		const value = dagCbor.decode(bytes)
		if (Buffer.compare(dagCbor.encode(value), bytes) !== 0) throw new Error(`${cid}: not canonical`)
		todo.push(...links(value, []))
	} else if (cid.code !== 0x55) {
		throw new Error(`${cid}: codec ${cid.code}`)
	}
}
if (file) {
	const { writer, out } = CarWriter.create([CID.parse(root)])
	const written = pipeline(Readable.from(out), createWriteStream(file))
	for (const b of [...blocks.values()].reverse()) await writer.put(b)
	await writer.close()
	await written
}
console.log(blocks.size)
