// read_car.mjs FILE.car
//
// Reads a CAR with @ipld/car, hashes every block, follows the links of every node with
// @ipld/dag-cbor. Prints the root and the number of blocks; fails where a link leads nowhere,
// a block comes twice or before nothing led to it.
import { createReadStream } from 'node:fs'
import { CarBlockIterator } from '@ipld/car'
import * as dagCbor from '@ipld/dag-cbor'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'

function links (value, found) {
	const cid = CID.asCID(value)
	if (cid) found.push(cid)
	else if (Array.isArray(value)) value.forEach(v => links(v, found))
	else if (value && typeof value === 'object' && !(value instanceof Uint8Array)) {
		Object.values(value).forEach(v => links(v, found))
	}
	return found
}

const car = await CarBlockIterator.fromIterable(createReadStream(process.argv[2]))
const roots = await car.getRoots()
const open = new Set(roots.map(String))
const seen = new Set()
for await (const { cid, bytes } of car) {
	const name = cid.toString()
	if (seen.has(name)) throw new Error(`${name} comes twice`)
	if (!open.delete(name)) throw new Error(`${name} comes before what links to it`)
	if (!CID.createV1(cid.code, await sha256.digest(bytes)).equals(cid)) throw new Error(`${name}: other bytes`)
	seen.add(name)
	if (cid.code === dagCbor.code) {
		for (const link of links(dagCbor.decode(bytes), [])) {
			if (!seen.has(link.toString())) open.add(link.toString())
		}
	}
}
if (open.size > 0) throw new Error(`${[...open].join(' ')} missing`)
console.log(`${roots.join(' ')} ${seen.size}`)
