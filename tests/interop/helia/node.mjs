// node.mjs FOLDER [PORT]
//
// Kubo's RPC, as far as a holder of sealed copies is asked, over Helia: blocks go through its blockstore, pins through
// its pins. Blocks are files FOLDER/CID, so that tests can look and damage; FOLDER/pins/CID remembers a pin
// while the node does not run. Prints its port.
import { createHeliaHTTP } from '@helia/http'
import { mkdirSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import * as raw from 'multiformats/codecs/raw'

const [folder, port] = process.argv.slice(2)
// Node 20 lacks it.
Promise.withResolvers ??= () => { const d = {}; d.promise = new Promise((a, b) => { d.resolve = a; d.reject = b }); return d }
mkdirSync(`${folder}/pins`, { recursive: true })

class NotFound extends Error {
	constructor (cid) {
		super(`ipld: could not find ${cid}`)
		this.name = 'NotFoundError'
	}
}

const file = (cid) => `${folder}/${cid}`
const files = {
	has: (cid) => existsSync(file(cid)),
	put: (cid, bytes) => { writeFileSync(file(cid), bytes); return cid },
	async * putMany (all) { for await (const { cid, block } of all) yield files.put(cid, block) },
	get: (cid) => {
		if (!files.has(cid)) throw new NotFound(cid)
		return new Uint8Array(readFileSync(file(cid)))
	},
	async * getMany (all) { for await (const cid of all) yield { cid, block: files.get(cid) } },
	delete: (cid) => rmSync(file(cid), { force: true }),
	async * deleteMany (all) { for await (const cid of all) { files.delete(cid); yield cid } },
	async * getAll () {}
}

const helia = await createHeliaHTTP({ blockstore: files, blockBrokers: [], routers: [] })
const run = async (steps) => { for await (const _ of steps) { /* each block of it */ } }

async function pin (cid) {
	await run(helia.pins.add(cid, { offline: true }))
	writeFileSync(`${folder}/pins/${cid}`, '')
}

function formBytes (request, body) {
	const end = Buffer.from(`\r\n--${/boundary=(.*)$/.exec(request.headers['content-type'])[1]}--`)
	return body.subarray(body.indexOf('\r\n\r\n') + 4, body.lastIndexOf(end))
}

async function answer (route, query, request, body) {
	const cid = query.has('arg') ? CID.parse(query.get('arg')) : null
	const options = { offline: query.get('offline') === 'true' }
	switch (route) {
	case 'version':
		return JSON.stringify({ Version: 'helia' })
	case 'block/put': {
		const bytes = new Uint8Array(formBytes(request, body))
		const is = CID.createV1(raw.code, await sha256.digest(bytes))
		await helia.blockstore.put(is, bytes)
		if (!await helia.pins.isPinned(is)) await pin(is)
		return JSON.stringify({ Key: `${is}`, Size: bytes.length })
	}
	case 'block/get':
		return await helia.blockstore.get(cid, options)
	case 'block/stat':
		return JSON.stringify({ Key: `${cid}`, Size: (await helia.blockstore.get(cid, options)).length })
	case 'block/rm':
		await helia.blockstore.delete(cid)
		return JSON.stringify({ Hash: `${cid}` })
	case 'pin/ls': {
		let lines = ''
		for await (const p of helia.pins.ls()) lines += JSON.stringify({ Cid: `${p.cid}`, Type: 'recursive' }) + '\n'
		return lines
	}
	case 'pin/rm':
		if (!await helia.pins.isPinned(cid)) throw new Error('not pinned or pinned indirectly')
		await run(helia.pins.rm(cid))
		rmSync(`${folder}/pins/${cid}`)
		return JSON.stringify({ Pins: [`${cid}`] })
	}
	throw new Error('no such route')
}

for (const name of readdirSync(`${folder}/pins`)) {
	if (files.has(name)) await run(helia.pins.add(CID.parse(name), { offline: true }))
}
const server = createServer(async (request, response) => {
	const parts = []
	for await (const part of request) parts.push(part)
	const url = new URL(request.url, 'http://x')
	try {
		response.end(await answer(url.pathname.replace('/api/v0/', ''), url.searchParams, request, Buffer.concat(parts)))
	} catch (e) {
		response.statusCode = 500
		response.end(JSON.stringify({ Message: e.message, Code: 0, Type: 'error' }))
	}
})
server.listen(Number(port ?? 0), '127.0.0.1', () => console.log(server.address().port))
