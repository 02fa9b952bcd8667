/*
 * car: header and sections of CARv1, where CARv2 has one inside, the order of blocks, and hostile files: no length
 * allocates before it was compared with its limit.
 */
#include "transport/ipfs/car.h"

#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "transport/ipfs/unixfs_node.h"

#define BUFFER ((size_t)256 << 10)
#define HEADER_MAX ((size_t)64 << 10)
#define V2_HEADER 40u /* characteristics (16 bytes), blocks from, their length, index from */
#define V2_FROM 16u
#define V2_LEN 24u

/* --- writing --------------------------------------------------------------------------------- */

/* A block to be written, with the part of the file below it that is wanted. */
typedef struct frame {
	vv_cid cid;
	bool whole;
	uint64_t from, to; /* unless whole */
} frame;

typedef struct writing {
	const vv_car_source *source;
	const vv_car_write_options *o;
	vv_car_out_fn fn;
	void *payload;
	vv_car_stats stats;
	vv_buf block;
	vv_cid_set written;
	frame *stack;
	size_t count, cap;
} writing;

static vv_status write_out(writing *w, const void *bytes, size_t len, vv_error *err)
{
	w->stats.bytes += len;
	return w->fn(w->payload, bytes, len, err);
}

static vv_status put_section(writing *w, const vv_cid *cid, vv_error *err)
{
	uint8_t head[10 + VV_CID_BYTES];
	size_t len = w->block.len, n = vv_varint_write(head, VV_CID_BYTES + len);
	vv_cid made;
	vv_status rc;

	if ((rc = vv_cid_of(&made, cid->codec, vv_buf_cstr(&w->block), len, err)) < 0) return rc;
	if (!vv_cid_equal(&made, cid)) {
		return vv_fail(err, VV_ECORRUPT,
			       "block %s is damaged: its content does not match "
			       "its CID",
			       vv_cid_shows(cid));
	}
	vv_cid_write(head + n, cid);
	if ((rc = write_out(w, head, n + VV_CID_BYTES, err)) < 0 ||
	    (rc = write_out(w, vv_buf_cstr(&w->block), len, err)) < 0) {
		return rc;
	}
	w->stats.blocks++;
	return vv_progress_update(w->o->progress, "blocks", w->stats.bytes, 0, err);
}

static vv_status push_frame(writing *w, const frame *f, vv_error *err)
{
	return vv_array_add(w->stack, w->count, w->cap, *f) ? VV_OK : vv_fail_nomem(err);
}

static vv_status push_link(void *payload, const vv_cid *link, vv_error *err)
{
	frame f = {.cid = *link, .whole = true};

	return push_frame(payload, &f, err);
}

/* Nodes of UnixFS below which nothing is wanted are left out. */
static vv_status push_nodes(writing *w, const frame *f, vv_error *err)
{
	vv_auto_free vv_unixfs_link *links = NULL;
	size_t count;
	uint64_t at = 0;
	vv_status rc = vv_unixfs_node_decode(&links, &count, w->block.data, w->block.len, err);

	if (rc < 0) return rc;
	vv_array_each(links, count, link) {
		uint64_t end = at + link->bytes; /* their sum was checked */
		frame child = {.cid = link->cid,
			       .whole = f->whole || (f->from <= at && end <= f->to)};

		if (child.whole || (f->from < end && at < f->to)) {
			child.from = f->from > at ? f->from - at : 0;
			child.to = (f->to < end ? f->to : end) - at;
			if ((rc = push_frame(w, &child, err)) < 0) return rc;
		}
		at = end;
	}
	return VV_OK;
}

/* Pushes the links of the block just read, the first link on top. */
static vv_status push_children(writing *w, const frame *f, vv_error *err)
{
	size_t bottom = w->count;
	vv_status rc = VV_OK;

	if (f->cid.codec == VV_CODEC_DAG_CBOR) {
		rc = vv_cbor_links(w->block.data, w->block.len, push_link, w, err);
	} else if (f->cid.codec == VV_CODEC_DAG_PB) {
		rc = push_nodes(w, f, err);
	}
	for (size_t i = 0; bottom + i + 1 < w->count - i; i++) {
		frame other = w->stack[bottom + i];

		w->stack[bottom + i] = w->stack[w->count - 1 - i];
		w->stack[w->count - 1 - i] = other;
	}
	return rc;
}

/* A node of UnixFS may come again with another part of it wanted; any other block is done with
 * once it was written. */
static vv_status write_block(writing *w, const frame *f, bool deep, vv_error *err)
{
	bool is_new = false;
	vv_status rc = vv_cid_set_add(&w->written, &f->cid, &is_new, err);
	const bool put = is_new || w->o->dups;

	if (rc < 0 || (!put && (!deep || f->cid.codec != VV_CODEC_DAG_PB))) return rc;
	if ((rc = w->source->get(w->source->payload, &f->cid, &w->block, err)) < 0 ||
	    (put && (rc = put_section(w, &f->cid, err)) < 0)) {
		return rc;
	}
	return deep ? push_children(w, f, err) : VV_OK;
}

/* The part as [*from, *to) of so many bytes; false: nothing. */
static bool part_of(const vv_car_part *p, uint64_t size, uint64_t *from, uint64_t *to)
{
	uint64_t end = p->to < UINT64_MAX ? p->to + 1 : p->to;

	if (p->to_back) {
		end = p->to <= size ? size - p->to + 1 : 0;
	}
	if (p->from_back) {
		*from = p->from < size ? size - p->from : 0;
	} else {
		*from = p->from;
	}
	*to = p->to_end || end > size ? size : end;
	return *from < *to;
}

/* Chooses the wanted part of the root, beyond its own block. */
static vv_status choose_part(writing *w, const vv_cid *root, frame *out, bool *deep, vv_error *err)
{
	const vv_car_write_options *o = w->o;
	vv_auto_free vv_unixfs_link *links = NULL;
	uint64_t size = 0;
	size_t count;
	vv_status rc;

	out->cid = *root;
	out->whole = true;
	*deep = o->scope == VV_CAR_ALL ||
		(o->scope == VV_CAR_ENTITY && root->codec == VV_CODEC_DAG_PB);
	if (!*deep || !o->part.given || o->scope != VV_CAR_ENTITY) return VV_OK;
	if ((rc = w->source->get(w->source->payload, root, &w->block, err)) < 0 ||
	    (rc = vv_unixfs_node_decode(&links, &count, w->block.data, w->block.len, err)) < 0) {
		return rc;
	}
	vv_array_each(links, count, link) {
		size += link->bytes;
	}
	*deep = part_of(&o->part, size, &out->from, &out->to);
	out->whole = out->from == 0 && out->to == size;
	return VV_OK;
}

static vv_status write_blocks(writing *w, const vv_cid *root, vv_error *err)
{
	bool deep;
	frame f = {.whole = true};
	vv_status rc;

	for (size_t i = 0; i < w->o->above_count; i++) {
		f.cid = w->o->above[i];
		if ((rc = write_block(w, &f, false, err)) < 0) return rc;
	}
	if ((rc = choose_part(w, root, &f, &deep, err)) < 0 ||
	    (rc = write_block(w, &f, deep, err)) < 0) {
		return rc;
	}
	while (w->count > 0) {
		f = w->stack[--w->count];
		if ((rc = write_block(w, &f, true, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_car_write(const vv_car_source *source, const vv_cid *root,
		       const vv_car_write_options *o, vv_car_out_fn fn, void *payload,
		       vv_car_stats *stats, vv_error *err)
{
	writing w = {.source = source, .o = o, .fn = fn, .payload = payload};
	vv_auto(vv_buf) head = VV_BUF_INIT;
	vv_status rc;

	vv_cbor_put_car_header(&head, o->above_count > 0 ? &o->above[0] : root);
	if ((rc = vv_buf_ok(&head, err)) == VV_OK &&
	    (rc = write_out(&w, head.data, head.len, err)) == VV_OK) {
		rc = write_blocks(&w, root, err);
	}
	if (stats) {
		*stats = w.stats;
	}
	vv_cid_set_reset(&w.written);
	vv_free(w.stack);
	vv_buf_clear(&w.block);
	return rc;
}

static vv_status get_stored(void *store, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(store, cid, out, err);
}

vv_car_source vv_car_source_of(vv_store *store)
{
	return (vv_car_source){get_stored, store};
}

/* --- reading --------------------------------------------------------------------------------- */

struct vv_car_reader {
	vv_car_read_fn read;
	void *payload;
	uint8_t *buf;
	size_t pos, len;
	uint64_t offset; /* of buf[pos] in the file */
	uint64_t end;    /* where the blocks end: CARv2 has more behind them */
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
	if (r->ended || r->offset >= r->end) return 0;
	if (r->pos < r->len) return 1;
	ssize_t n = r->read(r->payload, r->buf, BUFFER, err);
	if (n < 0) return (int)n;
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
		if ((more = fill_buffer(r, err)) < 0) return more;
		if (more == 0) return n == 0 ? 0 : ends_early(r, "a length", err);
		bytes[n++] = r->buf[r->pos++];
		r->offset++;
	} while ((bytes[n - 1] & 0x80) && n < sizeof(bytes));
	if (!vv_varint_read(&p, bytes + n, out) || p != bytes + n) {
		return vv_fail(err, VV_EINPUT,
			       "byte %llu of the CAR file: expected the length of "
			       "%s",
			       (unsigned long long)start, what);
	}
	return 1;
}

/* Replaces out by exactly len bytes, which the caller has limited; memory grows as they arrive. */
static vv_status read_bytes(vv_car_reader *r, vv_buf *out, size_t len, const char *what,
			    vv_error *err)
{
	vv_buf_reset(out);
	while (out->len < len) {
		int more = fill_buffer(r, err);

		if (more < 0) return (vv_status)more;
		if (more == 0) return ends_early(r, what, err);
		size_t n = r->len - r->pos < len - out->len ? r->len - r->pos : len - out->len;
		n = n < r->end - r->offset ? n : (size_t)(r->end - r->offset);
		vv_buf_put(out, r->buf + r->pos, n);
		if (out->failed) return vv_fail_nomem(err);
		r->pos += n;
		r->offset += n;
	}
	return VV_OK;
}

static vv_status bad_header(vv_error *err)
{
	vv_prefix(err, "the header of the CAR file");
	return vv_recode(err, VV_EINPUT);
}

static vv_status read_roots(vv_car_reader *r, vv_cbor *c, vv_error *err)
{
	size_t count;

	if (vv_cbor_get_key(c, "roots", err) < 0 || vv_cbor_get_array(c, &count, err) < 0) {
		return bad_header(err);
	}
	if (count > VV_CAR_ROOTS_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "the CAR file has %zu roots; at most %u are accepted", count,
			       VV_CAR_ROOTS_MAX);
	}
	for (size_t i = 0; i < count; i++) {
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
	size_t pairs;
	uint64_t version;
	vv_status rc;

	vv_cbor c = vv_cbor_of(r->section.data, r->section.len);
	if (vv_cbor_get_map(&c, &pairs, err) < 0) return bad_header(err);
	if (pairs != 2) {
		return vv_fail(err, VV_EINPUT,
			       "the header of the CAR file does not have two members");
	}
	if ((rc = read_roots(r, &c, err)) < 0) return rc;
	if (vv_cbor_get_key(&c, "version", err) < 0 || vv_cbor_get_uint(&c, &version, err) < 0 ||
	    vv_cbor_end(&c, err) < 0) {
		return bad_header(err);
	}
	if (version != 1) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "this is a CAR file of version %llu; varve reads versions 1 and 2",
			       (unsigned long long)version);
	}
	return VV_OK;
}

static vv_status read_header_bytes(vv_car_reader *r, vv_error *err)
{
	uint64_t len;
	int more = read_varint(r, &len, "its header", err);

	if (more < 0) return (vv_status)more;
	if (more == 0) return vv_fail(err, VV_EINPUT, "the CAR file is empty");
	if (len == 0 || len > HEADER_MAX) {
		return vv_fail(err, VV_EINPUT, "not a CAR file: its header cannot have %llu bytes",
			       (unsigned long long)len);
	}
	return read_bytes(r, &r->section, (size_t)len, "its header", err);
}

/* The bytes up to this place, which mean nothing to us. */
static vv_status skip_to(vv_car_reader *r, uint64_t place, vv_error *err)
{
	while (r->offset < place) {
		int more = fill_buffer(r, err);

		if (more <= 0) {
			return more < 0 ? (vv_status)more
					: ends_early(r, "the part before its blocks", err);
		}
		size_t n = r->len - r->pos < place - r->offset ? r->len - r->pos
							       : (size_t)(place - r->offset);
		r->pos += n;
		r->offset += n;
	}
	return VV_OK;
}

/* The second header of CARv2 contains the position of the CARv1 inside. Characteristics and index
 * serve seeking and are not read. Source: ipld.io/specs/transport/car/carv2. */
static vv_status enter_v2(vv_car_reader *r, vv_error *err)
{
	vv_status rc = read_bytes(r, &r->section, V2_HEADER, "its second header", err);

	if (rc < 0) return rc;
	const uint8_t *p = (const uint8_t *)r->section.data;
	uint64_t from = vv_get_le64(p + V2_FROM);
	uint64_t len = vv_get_le64(p + V2_LEN);
	if (from < r->offset || len == 0 || __builtin_add_overflow(from, len, &r->end)) {
		r->end = UINT64_MAX;
		return vv_fail(err, VV_EINPUT,
			       "the CAR file of version 2 has invalid bounds of its blocks: %llu "
			       "bytes from byte %llu",
			       (unsigned long long)len, (unsigned long long)from);
	}
	return skip_to(r, from, err);
}

static vv_status read_header(vv_car_reader *r, vv_error *err)
{
	static const char v2[] = "\xa1gversion\x02"; /* all of the first header of CARv2 */
	vv_status rc = read_header_bytes(r, err);

	if (rc == VV_OK && r->section.len == sizeof(v2) - 1 &&
	    memcmp(r->section.data, v2, sizeof(v2) - 1) == 0) {
		if ((rc = enter_v2(r, err)) == VV_OK) {
			rc = read_header_bytes(r, err);
		}
	}
	return rc < 0 ? rc : parse_header(r, err);
}

vv_status vv_car_reader_open(vv_car_reader **out, vv_car_read_fn read, void *payload, vv_error *err)
{
	vv_auto(vv_car_reader) *r = vv_calloc(1, sizeof(*r));
	vv_status rc;

	if (!r) return vv_fail_nomem(err);
	*r = (vv_car_reader){
		.read = read, .payload = payload, .end = UINT64_MAX, .buf = vv_malloc(BUFFER)};
	if ((rc = vv_alloc_ok(r->buf, err)) < 0 || (rc = read_header(r, err)) < 0) return rc;
	return vv_hand_over(out, &r);
}

void vv_car_reader_close(vv_car_reader *r)
{
	if (r) {
		vv_buf_clear(&r->section);
		vv_free_all(r->buf, r);
	}
}

/* Names the kind of a CID that varve does not support. */
static vv_status explain_cid(const vv_buf *section, uint64_t at, vv_error *err)
{
	const uint8_t *p = (const uint8_t *)section->data, *end = p + section->len;
	const char *what = "not a CID that varve supports";
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
			what = "a CID with a codec other than raw and DAG-CBOR";
		}
	}
	return vv_fail(err, VV_EINPUT,
		       "byte %llu of the CAR file: %s\n"
		       "varve's blocks are raw or DAG-CBOR, named by SHA-256",
		       (unsigned long long)at, what);
}

static vv_status check_block(const vv_cid *cid, const void *bytes, size_t len, uint64_t at,
			     vv_error *err)
{
	vv_cid made;
	vv_status rc;

	if ((rc = vv_cid_of(&made, cid->codec, bytes, len, err)) < 0) return rc;
	if (!vv_cid_equal(&made, cid)) {
		return vv_fail(err, VV_EINPUT,
			       "byte %llu of the CAR file: block %s is damaged: its content does "
			       "not match its CID",
			       (unsigned long long)at, vv_cid_shows(cid));
	}
	if (cid->codec == VV_CODEC_DAG_CBOR && vv_cbor_check(bytes, len, err) < 0) {
		vv_prefix(err, "byte %llu of the CAR file: block %s", (unsigned long long)at,
			  vv_cid_shows(cid));
		return vv_recode(err, VV_EINPUT);
	}
	return VV_OK;
}

int vv_car_next(vv_car_reader *r, vv_cid *cid, vv_buf *block, vv_error *err)
{
	uint64_t at = r->offset, len;
	int more = read_varint(r, &len, "a block", err);
	vv_status rc;

	if (more <= 0) return more;
	if (len == 0 || len > VV_BLOCK_MAX + VV_CID_BYTES) {
		return vv_fail(
			err, VV_EINPUT,
			"byte %llu of the CAR file: a section has %llu bytes, expected a CID and a block of at most %s",
			(unsigned long long)at, (unsigned long long)len,
			vv_text_bytes(VV_BLOCK_MAX));
	}
	if ((rc = read_bytes(r, &r->section, (size_t)len, "a block", err)) < 0) return rc;
	const uint8_t *bytes = (const uint8_t *)r->section.data;
	if (len < VV_CID_BYTES || vv_cid_read(cid, bytes, VV_CID_BYTES, err) < 0) {
		return explain_cid(&r->section, at, err);
	}
	len -= VV_CID_BYTES;
	if ((rc = check_block(cid, bytes + VV_CID_BYTES, (size_t)len, at, err)) < 0) return rc;
	vv_buf_set(block, bytes + VV_CID_BYTES, (size_t)len);
	return (rc = vv_buf_ok(block, err)) < 0 ? (int)rc : 1;
}

/* --- taking ---------------------------------------------------------------------------------- */

vv_status vv_car_take(vv_car_reader *r, vv_incoming *in, vv_car_stats *stats, uint64_t *kept,
		      const vv_progress *progress, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc = VV_OK;
	vv_cid cid;
	bool is_new;
	int more;

	stats->blocks = 0;
	*kept = 0;
	while ((more = vv_car_next(r, &cid, &block, err)) > 0) {
		rc = vv_incoming_put(in, &cid, vv_buf_cstr(&block), block.len, NULL, &is_new, err);
		if (rc < 0 ||
		    (rc = vv_progress_update(progress, "blocks", vv_car_offset(r), 0, err)) < 0) {
			break;
		}
		stats->blocks++;
		*kept += is_new;
	}
	stats->bytes = vv_car_offset(r);
	return rc < 0 ? rc : (vv_status)more;
}

/* Queues the links of this block, unless the block is in the store and so complete. */
static vv_status look_at(vv_incoming *in, const vv_cid *cid, vv_cid_set *seen, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	bool stored = false;

	if (!vv_incoming_has(in, cid, &stored)) {
		return vv_fail(err, VV_EMISSING, "block %s is missing", vv_cid_shows(cid));
	}
	if (stored || cid->codec != VV_CODEC_DAG_CBOR) return VV_OK;
	const vv_status rc = vv_incoming_get(in, cid, &block, err);
	return rc < 0 ? rc : vv_cbor_links(block.data, block.len, vv_cid_set_note, seen, err);
}

vv_status vv_car_complete(vv_incoming *in, const vv_cid *roots, size_t count, vv_cid_set **out,
			  vv_error *err)
{
	vv_auto(vv_cid_set) *seen = vv_cid_set_new();
	vv_status rc = seen ? VV_OK : vv_fail_nomem(err);

	*out = NULL;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = vv_cid_set_note(seen, &roots[i], err);
	}
	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(seen); i++) {
		const vv_cid cid = *vv_cid_set_at(seen, i);
		rc = look_at(in, &cid, seen, err);
	}
	return rc < 0 ? rc : vv_hand_over(out, &seen);
}
