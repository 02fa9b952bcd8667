// store.mjs FOLDER [PORT]: s3rver on 127.0.0.1 with the bucket "x"; prints its port.
import S3rver from "s3rver";

const store = new S3rver({
	address: "127.0.0.1",
	port: Number(process.argv[3] ?? 0),
	silent: true,
	directory: process.argv[2],
	configureBuckets: [{ name: "x", configs: [] }],
});
const { port } = await store.run();
console.log(port);
