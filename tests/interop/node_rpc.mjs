// node_rpc.mjs PORTFILE
//
// A small IPFS node: the routes of Kubo's RPC that varve uses, and `cat`, with the packages that Helia is made of
// behind them. dag/import takes a CAR, hashes every block, and pins a root only if its file can be read whole
// from what has come.
import { renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { CarBlockIterator } from '@ipld/car'
import * as dagCbor from '@ipld/dag-cbor'
import { exporter } from 'ipfs-unixfs-exporter'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

const held = new Map()
const pinned = new Set()
const blocks = {
	async * get (cid) {
		const bytes = held.get(cid.toString())
		if (!bytes) throw new Error(`ipld: could not find ${cid}`)
		yield bytes
	}
}

async function body (request) {
	const pieces = []
	for await (const piece of request) pieces.push(piece)
	return Buffer.concat(pieces)
}

// The bytes of the one part of a form.
function part (bytes, type) {
	const boundary = /boundary=(.+)$/.exec(type)[1]
	const from = bytes.indexOf('\r\n\r\n') + 4
	const to = bytes.lastIndexOf(`\r\n--${boundary}--`)
	if (!bytes.subarray(0, boundary.length + 2).equals(Buffer.from(`--${boundary}`)) || to < from) throw new Error('not a whole form')
	return bytes.subarray(from, to)
}

function links (value, found) {
	const cid = CID.asCID(value)
	if (cid) found.push(cid)
	else if (value && typeof value === 'object' && !(value instanceof Uint8Array)) Object.values(value).forEach(v => links(v, found))
	return found
}

// All of it is here, or this fails.
async function check (cid) {
	if (cid.code === dagCbor.code) {
		for (const link of links(dagCbor.decode((await blocks.get(cid).next()).value), [])) await check(link)
		return
	}
	const entry = await exporter(cid.toString(), blocks)
	let length = 0n
	for await (const bytes of entry.content()) length += BigInt(bytes.length)
	if (length !== BigInt(entry.size)) throw new Error(`${cid} has ${length} bytes, not ${entry.size}`)
}

async function take (request) {
	const car = await CarBlockIterator.fromBytes(part(await body(request), request.headers['content-type']))
	const roots = await car.getRoots()
	let count = 0
	let length = 0
	for await (const { cid, bytes } of car) {
		if (!CID.createV1(cid.code, await sha256.digest(bytes)).equals(cid)) throw new Error(`${cid}: other bytes`)
		held.set(cid.toString(), bytes)
		count++
		length += bytes.length
	}
	const lines = []
	for (const root of roots) {
		let trouble = ''
		try {
			await check(root)
			pinned.add(root.toString())
		} catch (error) {
			trouble = error.message
		}
		lines.push({ Root: { Cid: { '/': root.toString() }, PinErrorMsg: trouble } })
	}
	lines.push({ Stats: { BlockCount: count, BlockBytesCount: length } })
	return lines.map(line => JSON.stringify(line) + '\n').join('')
}

const server = createServer(async (request, response) => {
	const url = new URL(request.url, 'http://localhost')
	const arg = url.searchParams.get('arg')
	try {
		if (request.method !== 'POST') throw new Error('only POST')
		if (url.pathname === '/api/v0/dag/import') {
			response.end(await take(request))
		} else if (url.pathname === '/api/v0/pin/ls') {
			if (!pinned.has(arg)) throw new Error(`path '${arg}' is not pinned`)
			response.end(JSON.stringify({ Keys: { [arg]: { Type: 'recursive' } } }))
		} else if (url.pathname === '/api/v0/cat') {
			const entry = await exporter(arg, blocks)
			const part = url.searchParams.has('offset')
				? { offset: Number(url.searchParams.get('offset')), length: Number(url.searchParams.get('length')) }
				: {}
			for await (const bytes of entry.content(part)) response.write(bytes)
			response.end()
		} else {
			response.statusCode = 404
			response.end()
		}
	} catch (error) {
		response.statusCode = 500
		response.end(JSON.stringify({ Message: error.message, Code: 0, Type: 'error' }))
	}
})
server.listen(0, '127.0.0.1', () => {
	writeFileSync(process.argv[2] + '.new', `${server.address().port}\n`)
	renameSync(process.argv[2] + '.new', process.argv[2])
})
