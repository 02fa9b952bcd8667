/*
 * car: knows header and sections of CARv1, the order of blocks, and what a hostile file can say:
 * no length allocates before it was compared with its limit.
 */
#include "transport/ipfs/car.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"

#define BUFFER ((size_t)256 << 10)
#define HEADER_MAX ((size_t)64 << 10)

/* --- writing --------------------------------------------------------------------------------- */

static vv_status put_header(vv_buf *out, const vv_cid *root, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc;

	vv_cbor_put_map(&b, 2);
	vv_cbor_put_key(&b, "roots");
	vv_cbor_put_array(&b, 1);
	vv_cbor_put_link(&b, root);
	vv_cbor_put_key(&b, "version");
	vv_cbor_put_uint(&b, 1);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_buf_put_varint(out, b.len);
		vv_buf_put(out, b.data, b.len);
		rc = vv_buf_ok(out, err);
	}
	vv_buf_clear(&b);
	return rc;
}

typedef struct writing {
	vv_store *store;
	const vv_car_write_options *o;
	vv_car_out_fn fn;
	void *payload;
	vv_car_stats stats;
	vv_buf block;
} writing;

static vv_status write_out(writing *w, const void *bytes, size_t len, vv_error *err)
{
	w->stats.bytes += len;
	return w->fn(w->payload, bytes, len, err);
}

static vv_status put_section(writing *w, const vv_cid *cid, const void *bytes, size_t len,
			     vv_error *err)
{
	uint8_t head[10 + VV_CID_BYTES];
	size_t n = vv_varint_write(head, VV_CID_BYTES + len);
	vv_cid made;
	vv_status rc;

	if ((rc = vv_cid_of(&made, cid->codec, bytes, len, err)) < 0) {
		return rc;
	}
	if (!vv_cid_equal(&made, cid)) {
		char text[VV_CID_TEXT + 1];

		vv_cid_text(text, cid);
		return vv_fail(err, VV_ECORRUPT, "block %s is damaged: its bytes have another hash",
			       text);
	}
	vv_cid_write(head + n, cid);
	if ((rc = write_out(w, head, n + VV_CID_BYTES, err)) < 0 ||
	    (rc = write_out(w, bytes, len, err)) < 0) {
		return rc;
	}
	w->stats.blocks++;
	vv_progress_update(w->o->progress, "blocks", w->stats.bytes, 0);
	return VV_OK;
}

static vv_status put_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   vv_status state, vv_error *err)
{
	writing *w = payload;
	vv_status rc;

	(void)state; /* without missing_ok the walk goes on only past sound blocks */
	if (bytes) {
		return put_section(w, cid, bytes, len, err);
	}
	rc = vv_store_get(w->store, cid, &w->block, err);
	return rc < 0 ? rc : put_section(w, cid, vv_buf_cstr(&w->block), w->block.len, err);
}

vv_status vv_car_write(vv_store *store, const vv_cid *root, const vv_car_write_options *o,
		       vv_car_out_fn fn, void *payload, vv_car_stats *stats, vv_error *err)
{
	writing w = {store, o, fn, payload, {0, 0}, VV_BUF_INIT};
	vv_walk walk = {store, NULL, UINT64_MAX, false, put_block, &w};
	vv_buf head = VV_BUF_INIT;
	vv_status rc;

	if ((rc = put_header(&head, root, err)) < 0 ||
	    (rc = write_out(&w, head.data, head.len, err)) < 0) {
		goto done;
	}
	if (o->alone) {
		rc = put_block(&w, root, NULL, 0, VV_OK, err);
		goto done;
	}
	walk.seen = vv_cid_set_new();
	rc = walk.seen ? vv_walk_from(&walk, root, err) : vv_fail_nomem(err);
done:
	if (stats) {
		*stats = w.stats;
	}
	vv_cid_set_free(walk.seen);
	vv_buf_clear(&w.block);
	vv_buf_clear(&head);
	return rc;
}

/* --- reading --------------------------------------------------------------------------------- */

struct vv_car_reader {
	vv_car_read_fn read;
	void *payload;
	uint8_t *buf;
	size_t pos, len;
	uint64_t offset; /* of buf[pos] in the file */
	bool ended;
	vv_cid roots[VV_CAR_ROOTS_MAX];
	size_t root_count;
	vv_buf section;
};

const vv_cid *vv_car_roots(const vv_car_reader *r, size_t *count)
{
	*count = r->root_count;
	return r->roots;
}

uint64_t vv_car_offset(const vv_car_reader *r)
{
	return r->offset;
}

/* 1 when there is a byte at buf[pos], 0 at the end, <0. */
static int fill_buffer(vv_car_reader *r, vv_error *err)
{
	ssize_t n;

	if (r->pos < r->len) {
		return 1;
	}
	if (r->ended) {
		return 0;
	}
	n = r->read(r->payload, r->buf, BUFFER, err);
	if (n < 0) {
		return (int)n;
	}
	r->ended = n == 0;
	r->pos = 0;
	r->len = (size_t)n;
	return n > 0;
}

static vv_status ends_early(const vv_car_reader *r, const char *what, vv_error *err)
{
	return vv_fail(err, VV_EINPUT, "the CAR file ends after %llu bytes, in the middle of %s",
		       (unsigned long long)r->offset, what);
}

/* 1, or 0 when the file ends before the first byte. */
static int read_varint(vv_car_reader *r, uint64_t *out, const char *what, vv_error *err)
{
	uint8_t bytes[10];
	const uint8_t *p = bytes;
	uint64_t start = r->offset;
	size_t n = 0;
	int more;

	do {
		if ((more = fill_buffer(r, err)) < 0) {
			return more;
		}
		if (more == 0) {
			return n == 0 ? 0 : ends_early(r, "a length", err);
		}
		bytes[n++] = r->buf[r->pos++];
		r->offset++;
	} while ((bytes[n - 1] & 0x80) && n < sizeof(bytes));
	if (!vv_varint_read(&p, bytes + n, out) || p != bytes + n) {
		return vv_fail(err, VV_EINPUT, "byte %llu of the CAR file: not the length of %s",
			       (unsigned long long)start, what);
	}
	return 1;
}

/* Replaces out by exactly len bytes, which the caller has limited; memory grows as they
 * arrive. */
static vv_status read_bytes(vv_car_reader *r, vv_buf *out, size_t len, const char *what,
			    vv_error *err)
{
	vv_buf_reset(out);
	while (out->len < len) {
		size_t n;
		int more = fill_buffer(r, err);

		if (more < 0) {
			return (vv_status)more;
		}
		if (more == 0) {
			return ends_early(r, what, err);
		}
		n = r->len - r->pos < len - out->len ? r->len - r->pos : len - out->len;
		vv_buf_put(out, r->buf + r->pos, n);
		if (out->failed) {
			return vv_fail_nomem(err);
		}
		r->pos += n;
		r->offset += n;
	}
	return VV_OK;
}

static vv_status bad_header(vv_error *err)
{
	vv_prefix(err, "the header of the CAR file");
	if (err) {
		err->code = err->code == VV_ECORRUPT ? VV_EINPUT : err->code;
	}
	return VV_EINPUT;
}

static vv_status read_roots(vv_car_reader *r, vv_cbor *c, vv_error *err)
{
	size_t count, i;

	if (vv_cbor_get_key(c, "roots", err) < 0 || vv_cbor_get_array(c, &count, err) < 0) {
		return bad_header(err);
	}
	if (count > VV_CAR_ROOTS_MAX) {
		return vv_fail(err, VV_EREFUSED, "the CAR file has %zu roots; at most %u are taken",
			       count, VV_CAR_ROOTS_MAX);
	}
	for (i = 0; i < count; i++) {
		if (vv_cbor_get_link(c, &r->roots[i], err) < 0) {
			vv_prefix(err, "root %zu of the CAR file", i + 1);
			vv_hint(err, "varve's blocks are raw or DAG-CBOR, named by SHA-256");
			return bad_header(err);
		}
	}
	r->root_count = count;
	return VV_OK;
}

static vv_status parse_header(vv_car_reader *r, vv_error *err)
{
	static const char v2[] = "\xa1gversion\x02"; /* all of the first header of CARv2 */
	size_t pairs;
	uint64_t version;
	vv_cbor c;
	vv_status rc;

	if (r->section.len == sizeof(v2) - 1 && memcmp(r->section.data, v2, sizeof(v2) - 1) == 0) {
		vv_fail(err, VV_ENOSUPPORT,
			"this is a CAR file of version 2; varve reads version 1");
		return vv_hint(err, "'ipfs dag export' and 'car get-dag' write version 1");
	}
	vv_cbor_init(&c, r->section.data, r->section.len);
	if (vv_cbor_get_map(&c, &pairs, err) < 0) {
		return bad_header(err);
	}
	if (pairs != 2) {
		return vv_fail(err, VV_EINPUT,
			       "the header of the CAR file does not have two members");
	}
	if ((rc = read_roots(r, &c, err)) < 0) {
		return rc;
	}
	if (vv_cbor_get_key(&c, "version", err) < 0 || vv_cbor_get_uint(&c, &version, err) < 0 ||
	    vv_cbor_end(&c, err) < 0) {
		return bad_header(err);
	}
	if (version != 1) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this is a CAR file of version %llu; varve reads version 1",
			       (unsigned long long)version);
	}
	return VV_OK;
}

static vv_status read_header(vv_car_reader *r, vv_error *err)
{
	uint64_t len;
	int more = read_varint(r, &len, "its header", err);
	vv_status rc;

	if (more < 0) {
		return (vv_status)more;
	}
	if (more == 0) {
		return vv_fail(err, VV_EINPUT, "the CAR file is empty");
	}
	if (len == 0 || len > HEADER_MAX) {
		vv_fail(err, VV_EINPUT, "not a CAR file: its header cannot have %llu bytes",
			(unsigned long long)len);
		return vv_hint(err, "'varve car export' writes them");
	}
	if ((rc = read_bytes(r, &r->section, (size_t)len, "its header", err)) < 0) {
		return rc;
	}
	return parse_header(r, err);
}

vv_status vv_car_reader_open(vv_car_reader **out, vv_car_read_fn read, void *payload, vv_error *err)
{
	vv_car_reader *r = vv_calloc(1, sizeof(*r));
	vv_status rc;

	*out = NULL;
	if (!r || !(r->buf = vv_malloc(BUFFER))) {
		vv_car_reader_close(r);
		return vv_fail_nomem(err);
	}
	r->read = read;
	r->payload = payload;
	if ((rc = read_header(r, err)) < 0) {
		vv_car_reader_close(r);
		return rc;
	}
	*out = r;
	return VV_OK;
}

void vv_car_reader_close(vv_car_reader *r)
{
	if (r) {
		vv_buf_clear(&r->section);
		vv_free(r->buf);
		vv_free(r);
	}
}

/* What kind of CID this is, where it is not one of ours. */
static vv_status explain_cid(const vv_buf *section, uint64_t at, vv_error *err)
{
	const uint8_t *p = (const uint8_t *)section->data, *end = p + section->len;
	const char *what = "not a CID that varve knows";
	uint64_t version, codec, hash;

	if (end - p >= 2 && p[0] == 0x12 && p[1] == 0x20) {
		what = "a CIDv0 (dag-pb)";
	} else if (vv_varint_read(&p, end, &version) && version == 1 &&
		   vv_varint_read(&p, end, &codec) && vv_varint_read(&p, end, &hash)) {
		if (hash == 0) {
			what = "an identity CID";
		} else if (hash != 0x12) {
			what = "a CID with a hash other than SHA-256";
		} else if (codec == 0x70) {
			what = "a dag-pb CID (UnixFS)";
		} else {
			what = "a CID of another codec";
		}
	}
	vv_fail(err, VV_EINPUT, "byte %llu of the CAR file: %s", (unsigned long long)at, what);
	return vv_hint(err, "varve's blocks are raw or DAG-CBOR, named by SHA-256");
}

static vv_status check_block(const vv_cid *cid, const void *bytes, size_t len, uint64_t at,
			     vv_error *err)
{
	char text[VV_CID_TEXT + 1];
	vv_cid made;
	vv_status rc;

	if ((rc = vv_cid_of(&made, cid->codec, bytes, len, err)) < 0) {
		return rc;
	}
	vv_cid_text(text, cid);
	if (!vv_cid_equal(&made, cid)) {
		return vv_fail(err, VV_EINPUT,
			       "byte %llu of the CAR file: block %s is damaged: its bytes have "
			       "another hash",
			       (unsigned long long)at, text);
	}
	if (cid->codec == VV_CODEC_DAG_CBOR && vv_cbor_check(bytes, len, err) < 0) {
		vv_prefix(err, "byte %llu of the CAR file: block %s", (unsigned long long)at, text);
		if (err) {
			err->code = VV_EINPUT;
		}
		return VV_EINPUT;
	}
	return VV_OK;
}

int vv_car_next(vv_car_reader *r, vv_cid *cid, vv_buf *block, vv_error *err)
{
	uint64_t at = r->offset, len;
	int more = read_varint(r, &len, "a block", err);
	const uint8_t *bytes;
	vv_status rc;

	if (more <= 0) {
		return more;
	}
	if (len == 0 || len > VV_BLOCK_MAX + VV_CID_BYTES) {
		return vv_fail(
			err, VV_EINPUT,
			"byte %llu of the CAR file: a block of %llu bytes; it may have %s at "
			"most",
			(unsigned long long)at, (unsigned long long)len,
			vv_text_bytes(VV_BLOCK_MAX));
	}
	if ((rc = read_bytes(r, &r->section, (size_t)len, "a block", err)) < 0) {
		return rc;
	}
	bytes = (const uint8_t *)r->section.data;
	if (len < VV_CID_BYTES || vv_cid_read(cid, bytes, VV_CID_BYTES, err) < 0) {
		return explain_cid(&r->section, at, err);
	}
	len -= VV_CID_BYTES;
	if ((rc = check_block(cid, bytes + VV_CID_BYTES, (size_t)len, at, err)) < 0) {
		return rc;
	}
	vv_buf_reset(block);
	vv_buf_put(block, bytes + VV_CID_BYTES, (size_t)len);
	return (rc = vv_buf_ok(block, err)) < 0 ? (int)rc : 1;
}

/* --- taking ---------------------------------------------------------------------------------- */

vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err)
{
	vv_buf block = VV_BUF_INIT;
	vv_status rc = VV_OK;
	vv_cid cid;
	bool is_new;
	int more;

	stats->blocks = 0;
	*kept = 0;
	while ((more = vv_car_next(r, &cid, &block, err)) > 0) {
		rc = vv_incoming_put(in, &cid, vv_buf_cstr(&block), block.len, NULL, &is_new, err);
		if (rc < 0) {
			break;
		}
		stats->blocks++;
		*kept += is_new;
		vv_progress_update(progress, "blocks", vv_car_offset(r), 0);
	}
	stats->bytes = vv_car_offset(r);
	vv_buf_clear(&block);
	return rc < 0 ? rc : (vv_status)more;
}

/* Nodes that lie in incoming and were not yet looked into. */
typedef struct looking {
	vv_incoming *in;
	vv_cid_set *seen;
	vv_cid *stack;
	size_t count, cap;
} looking;

static vv_status look_at(void *payload, const vv_cid *cid, vv_error *err)
{
	looking *k = payload;
	char text[VV_CID_TEXT + 1];
	bool added, stored = false;
	vv_status rc;

	if ((rc = vv_cid_set_add(k->seen, cid, &added, err)) < 0 || !added) {
		return rc;
	}
	if (!vv_incoming_has(k->in, cid, &stored)) {
		vv_cid_text(text, cid);
		return vv_fail(err, VV_EMISSING, "block %s is missing", text);
	}
	if (stored) {
		return VV_OK;
	}
	if (cid->codec != VV_CODEC_DAG_CBOR) {
		return VV_OK;
	}
	if (!vv_array_room(k->stack, k->count, k->cap)) {
		return vv_fail_nomem(err);
	}
	k->stack[k->count++] = *cid;
	return VV_OK;
}

vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err)
{
	looking k = {.in = in, .seen = vv_cid_set_new()};
	vv_buf block = VV_BUF_INIT;
	vv_status rc = k.seen ? VV_OK : vv_fail_nomem(err);
	size_t i;

	for (i = 0; rc == VV_OK && i < count; i++) {
		rc = look_at(&k, &roots[i], err);
		while (rc == VV_OK && k.count > 0) {
			vv_cid cid = k.stack[--k.count];

			if ((rc = vv_incoming_get(in, &cid, &block, err)) == VV_OK) {
				rc = vv_cbor_links(block.data, block.len, look_at, &k, err);
			}
		}
	}
	vv_buf_clear(&block);
	vv_free(k.stack);
	*out = rc == VV_OK ? k.seen : NULL;
	if (rc < 0) {
		vv_cid_set_free(k.seen);
	}
	return rc;
}
