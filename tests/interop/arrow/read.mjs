// read.mjs: an Arrow IPC stream on stdin as lines of JSON: names and types of the columns, then the rows.
import { RecordBatchReader } from 'apache-arrow';

let fields = null;
for await (const batch of await RecordBatchReader.from(process.stdin)) {
	if (!fields) {
		fields = batch.schema.fields;
		console.log(JSON.stringify(fields.map((f) => [f.name, String(f.type)])));
	}
	for (const row of batch) {
		console.log(JSON.stringify(row.toArray().map((v) => (typeof v === 'bigint' ? Number(v) : v))));
	}
}
