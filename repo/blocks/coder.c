/*
 * coder: zstd's parameters and contexts.
 *
 * A frame is not trusted: it is unpacked at once into exactly the record's raw length, so that
 * window, content size and dictionary claims cannot make us allocate, and the checksum decides.
 */
#include "repo/blocks/coder.h"

#include <stdatomic.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/thread.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/parts.h"
#include "repo/blocks/record.h"

static _Atomic(const vv_block_codec *) registered_codec;

void vv_block_codec_register(const vv_block_codec *codec)
{
	atomic_store(&registered_codec, codec);
}

static const vv_block_codec *get_codec(void)
{
	return atomic_load(&registered_codec);
}

/* Measured on 32 KB groups of CSV rows: level -1 2.16x at 380 MB/s, 1 3.00x at 330, 3 3.04x at 260,
 * 5 2.94x at 150; a first import is bound by this. Level 9 saves 5 % of whole blocks. */
#define WHOLE_LEVEL 1
#define THOROUGH_LEVEL 9
/* For numbers, flags and places in a dictionary, shorter matches cost more than they save (5 % of a table of numbers), and are
 * slower. */
#define NUMBERS_MATCH 7

/* One way to make a difference; 0: as the level has it. */
typedef struct diff_try {
	int level, strategy, search_log, min_match;
} diff_try;

/*
 * Many places in a base of rows look alike (planes are full of zeros): the best of 64 makes an eighth
 * fewer bytes than the 16 of level 9, in no more time. Matches of six bytes and more are better
 * still for most real tables (a tenth) and far worse for regular ones, so both are tried. The
 * optimal parser of level 15 finds another tenth, for ten times the time of one of them.
 */
static const diff_try tries[] = {{3, 0, 0, 0},
				 {9, ZSTD_lazy2, 6, 4},
				 {9, ZSTD_lazy2, 6, 6},
				 {15, 0, 0, 0}};
static const struct {
	unsigned first, count;
} tries_of[] =
	{[VV_EFFORT_QUICK] = {0, 1}, [VV_EFFORT_THOROUGH] = {1, 2}, [VV_EFFORT_UTMOST] = {1, 3}};

/* A shorter difference is some changed cells, which no further try makes any shorter; and one of less than this part of a
 * block hardly any. */
#define WORTH_ANOTHER 128u
#define WORTH_PART 16u
#define WINDOW_LOG_MIN 10

/* Shorter edits do not shrink when compressed. Edits below this fraction of a block are used at once. */
#define EDITS_SHORT 24u
#define EDITS_SMALL 32u

/* A shorter part is not compressed; a shorter block has no parts: it is unpacked quickly, and smaller when
 * compressed as a whole. */
#define SHORT_PART 24u
#define PARTS_LEAST 8192u
/* With VV_EFFORT_UTMOST, parts are not made if they exceed one frame by more than this fraction. */
#define PARTS_COST 16u
#define MAGIC_LEN 4u
/* The description of a part: three lengths and a sum; and of all parts: their number, the head's length and
 * sum. */
#define PART_HEAD_MAX (3u * 5u + 8u)
#define PARTS_HEAD_MAX (2u * 5u + 8u)

typedef struct room {
	uint8_t *bytes;
	size_t cap;
} room;

/* Contexts are made when first needed: who only reads needs no compressor. */
struct vv_coder {
	vv_effort effort;
	ZSTD_CCtx *whole, *diff;
	ZSTD_DCtx *unpack;
	vv_xxh3_state *hash;
	bool edits, in_parts; /* may be made */
	vv_buf edit;
	room whole_out, diff_out, diff_next, edit_out, in, parts_out, head, frame;
	vv_parts parts;
	vv_buf directory;
	vv_coder *next;
};

struct vv_coder_pool {
	vv_mutex *lock;
	vv_coder *idle;
};

vv_coder_pool *vv_coder_pool_new(void)
{
	vv_auto_free vv_coder_pool *pool = vv_calloc(1, sizeof *pool);

	return pool && (pool->lock = vv_mutex_new()) ? vv_take(&pool) : NULL;
}

vv_coder *vv_coder_new(vv_error *err)
{
	vv_coder *c = vv_calloc(1, sizeof *c);

	(void)vv_alloc_ok(c, err);
	return c;
}

void vv_coder_free(vv_coder *c)
{
	if (!c) return;
	(void)ZSTD_freeCCtx(c->whole);
	(void)ZSTD_freeCCtx(c->diff);
	(void)ZSTD_freeDCtx(c->unpack);
	vv_xxh3_free(c->hash);
	vv_free_all(c->whole_out.bytes, c->diff_out.bytes, c->diff_next.bytes, c->in.bytes,
		    c->edit_out.bytes, c->parts_out.bytes, c->head.bytes, c->frame.bytes);
	vv_parts_clear(&c->parts);
	vv_buf_clear_all(&c->directory, &c->edit);
	vv_free(c);
}

void vv_coder_pool_free(vv_coder_pool *pool)
{
	if (!pool) return;
	while (pool->idle) {
		vv_coder *c = pool->idle;

		pool->idle = c->next;
		vv_coder_free(c);
	}
	vv_mutex_free(pool->lock);
	vv_free(pool);
}

vv_coder *vv_coder_take(vv_coder_pool *pool, vv_error *err)
{
	vv_mutex_lock(pool->lock);
	vv_coder *c = pool->idle;
	if (c) {
		pool->idle = c->next;
	}
	vv_mutex_unlock(pool->lock);
	return c ? c : vv_coder_new(err);
}

void vv_coder_give(vv_coder_pool *pool, vv_coder *c)
{
	if (c) {
		c->effort = VV_EFFORT_QUICK;
		c->edits = c->in_parts = false;
		vv_auto(vv_locked) lock = vv_mutex_hold(pool->lock);
		c->next = pool->idle;
		pool->idle = c;
	}
}

static bool room_for(room *r, size_t len)
{
	if (r->bytes && r->cap >= len) return true;
	uint8_t *bytes = vv_malloc(len);
	if (!bytes) return false;
	vv_free(r->bytes);
	r->bytes = bytes;
	r->cap = len;
	return true;
}

uint8_t *vv_coder_room(vv_coder *c, size_t len)
{
	return room_for(&c->in, len) ? c->in.bytes : NULL;
}

void vv_coder_effort(vv_coder *c, vv_effort effort)
{
	c->effort = effort;
}

void vv_coder_allow_edits(vv_coder *c, bool allowed)
{
	c->edits = allowed;
}

void vv_coder_allow_parts(vv_coder *c, bool allowed)
{
	c->in_parts = allowed;
}

static bool set_parameter(ZSTD_CCtx *ctx, ZSTD_cParameter what, int value)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(ctx, what, value));
}

static ZSTD_CCtx *new_compressor(void)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();

	if (ctx && (!set_parameter(ctx, ZSTD_c_contentSizeFlag, 0) ||
		    !set_parameter(ctx, ZSTD_c_dictIDFlag, 0))) {
		(void)ZSTD_freeCCtx(vv_take(&ctx));
	}
	return ctx;
}

/* *out 0 when the result does not fit into cap bytes. */
static vv_status compress_bytes(ZSTD_CCtx *ctx, void *to, size_t cap, const void *raw, size_t len,
				size_t *out, vv_error *err)
{
	size_t n = ZSTD_compress2(ctx, to, cap, raw, len);

	if (!ZSTD_isError(n)) {
		*out = n;
		return VV_OK;
	}
	if (ZSTD_getErrorCode(n) == ZSTD_error_dstSize_tooSmall) {
		*out = 0;
		return VV_OK;
	}
	if (ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation) return vv_fail_nomem(err);
	return vv_fail(err, VV_EIO, "cannot compress a block: %s", ZSTD_getErrorName(n));
}

static vv_status set_up_whole(vv_coder *c, vv_error *err)
{
	if (!c->whole && !(c->whole = new_compressor())) return vv_fail_nomem(err);
	if (ZSTD_isError(ZSTD_CCtx_reset(c->whole, ZSTD_reset_session_only)) ||
	    !set_parameter(c->whole, ZSTD_c_minMatch, 0) ||
	    !set_parameter(c->whole, ZSTD_c_compressionLevel,
			   c->effort > VV_EFFORT_QUICK ? THOROUGH_LEVEL : WHOLE_LEVEL)) {
		return vv_fail(err, VV_EIO, "cannot set up the compressor");
	}
	return VV_OK;
}

/* A part of raw as one frame, with a new block at each seam from *seam on: zstd counts the bytes of each block for
 * itself. *out 0 when the result does not fit into cap bytes. */
static vv_status compress_part(vv_coder *c, void *to, size_t cap, const uint8_t *raw,
			       const vv_part *part, size_t *seam, size_t *out, vv_error *err)
{
	const vv_parts *p = &c->parts;
	const size_t end = (size_t)part->at + part->len;
	ZSTD_outBuffer frame = {to, cap, 0};
	ZSTD_inBuffer in = {raw, part->at, part->at};
	const bool long_matches = c->effort == VV_EFFORT_QUICK && !part->text;
	size_t left = 0;

	if (ZSTD_isError(ZSTD_CCtx_reset(c->whole, ZSTD_reset_session_only)) ||
	    ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(c->whole, part->len)) ||
	    !set_parameter(c->whole, ZSTD_c_minMatch, long_matches ? NUMBERS_MATCH : 0)) {
		return vv_fail(err, VV_EIO, "cannot set up the compressor");
	}
	while (in.size < end && left == 0) {
		in.size = *seam < p->seam_count && p->seams[*seam] < end ? p->seams[(*seam)++]
									 : end;
		left = ZSTD_compressStream2(c->whole, &frame, &in,
					    in.size == end ? ZSTD_e_end : ZSTD_e_flush);
	}
	if (ZSTD_isError(left)) {
		return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation
			       ? vv_fail_nomem(err)
			       : vv_fail(err, VV_EIO, "cannot compress a block: %s",
					 ZSTD_getErrorName(left));
	}
	*out = left == 0 ? frame.pos : 0;
	return VV_OK;
}

/* Appends a part of raw at *to, compressed if that is shorter. The 4 bytes before *to exist, and contain a
 * magic number temporarily. */
static vv_status put_part(vv_coder *c, uint8_t **to, const uint8_t *raw, vv_part *part,
			  size_t *seam, vv_error *err)
{
	uint8_t before[MAGIC_LEN], *frame = *to - MAGIC_LEN;
	size_t n = 0;
	vv_status rc = VV_OK;

	if (part->len > SHORT_PART) {
		memcpy(before, frame, MAGIC_LEN);
		rc = compress_part(c, frame, part->len + MAGIC_LEN - 1, raw, part, seam, &n, err);
		memcpy(frame, before, MAGIC_LEN);
	}
	if (rc < 0) return rc;
	if (n > MAGIC_LEN) {
		part->stored = (uint32_t)(n - MAGIC_LEN);
	} else {
		memcpy(*to, raw + part->at, part->len);
		part->stored = part->len;
	}
	*to += part->stored;
	return VV_OK;
}

/* The stored bytes of head and parts, after space for their description, which is written directly before
 * them. */
static vv_status put_parts(vv_coder *c, const uint8_t *raw, size_t len, vv_packed *out,
			   vv_error *err)
{
	const size_t before = MAGIC_LEN + PARTS_HEAD_MAX + c->parts.count * PART_HEAD_MAX;
	vv_parts *p = &c->parts;
	size_t parts_len = 0, seam = p->seam_count;
	vv_status rc;

	vv_array_each(p->items, p->count, item) {
		parts_len += item->len;
	}
	p->head_len = (uint32_t)(len - parts_len);
	vv_part head = {.len = p->head_len, .text = true};
	if (!room_for(&c->parts_out, before + len) || !room_for(&c->head, p->head_len + 1u)) {
		return vv_fail_nomem(err);
	}
	vv_parts_gather(p, c->head.bytes, raw, len);
	uint8_t *begin = c->parts_out.bytes + before, *to = begin;
	if ((rc = set_up_whole(c, err)) < 0 ||
	    (rc = put_part(c, &to, c->head.bytes, &head, &seam, err)) < 0) {
		return rc;
	}
	p->stored = head.stored;
	seam = 0;
	vv_array_each(p->items, p->count, part) {
		part->sum = vv_xxh3(raw + part->at, part->len, 0);
		while (seam < p->seam_count && p->seams[seam] <= part->at) {
			seam++;
		}
		if ((rc = put_part(c, &to, raw, part, &seam, err)) < 0) return rc;
	}
	vv_buf_reset(&c->directory);
	if ((rc = vv_parts_write(&c->directory, p, c->head.bytes, err)) < 0) return rc;
	begin -= c->directory.len;
	memcpy(begin, c->directory.data, c->directory.len);
	if ((size_t)(to - begin) < len) {
		*out = (vv_packed){VV_METHOD_PARTS, begin, (size_t)(to - begin)};
	}
	return VV_OK;
}

/* The block in parts, where that is allowed, worth it, and shorter than the block; else out->len is 0. */
static vv_status pack_parts(vv_coder *c, const void *raw, size_t len, vv_packed *out, vv_error *err)
{
	const vv_block_codec *codec = c->in_parts && len >= PARTS_LEAST ? get_codec() : NULL;
	vv_status rc = VV_OK;

	*out = (vv_packed){VV_METHOD_PARTS, NULL, 0};
	if (!codec || !codec->divide) return VV_OK;
	if ((rc = codec->divide(&c->parts, raw, len, err)) < 0 || c->parts.count == 0) return rc;
	return put_parts(c, raw, len, out, err);
}

/* In one frame; uncompressed if that is not shorter. */
static vv_status pack_frame(vv_coder *c, const void *raw, size_t len, vv_packed *out, vv_error *err)
{
	size_t n = 0;
	vv_status rc;

	if (len > 1) {
		if (!room_for(&c->whole_out, len)) return vv_fail_nomem(err);
		if ((rc = set_up_whole(c, err)) < 0 ||
		    (rc = compress_bytes(c->whole, c->whole_out.bytes, len - 1, raw, len, &n,
					 err)) < 0) {
			return rc;
		}
	}
	if (n > 0) {
		*out = (vv_packed){VV_METHOD_ZSTD, c->whole_out.bytes, n};
	} else {
		*out = (vv_packed){VV_METHOD_STORED, raw, len};
	}
	return VV_OK;
}

vv_status vv_coder_whole(vv_coder *c, const void *raw, size_t len, vv_packed *out, vv_error *err)
{
	const vv_effort effort = c->effort;
	vv_packed parts;
	vv_status rc = pack_parts(c, raw, len, &parts, err);

	if (rc == VV_OK && effort > VV_EFFORT_QUICK && parts.len > 0) {
		/* Shorter than a frame that is made quickly, they are hardly longer than one that is not. */
		c->effort = VV_EFFORT_QUICK;
		rc = pack_frame(c, raw, len, out, err);
		c->effort = effort;
	}
	if (rc == VV_OK && (parts.len == 0 || (effort > VV_EFFORT_QUICK && parts.len > out->len))) {
		rc = pack_frame(c, raw, len, out, err);
	}
	if (rc == VV_OK && parts.len > 0 &&
	    (effort == VV_EFFORT_QUICK || parts.len <= out->len + out->len / PARTS_COST)) {
		*out = parts;
	}
	return rc;
}

vv_status vv_coder_whole_beside(vv_coder *c, const void *raw, size_t len, size_t diff,
				vv_packed *out, vv_error *err)
{
	const vv_effort effort = c->effort;
	vv_status rc;

	if (effort > VV_EFFORT_QUICK && diff > 0) {
		c->effort = VV_EFFORT_QUICK;
		rc = vv_coder_whole(c, raw, len, out, err);
		c->effort = effort;
		if (rc < 0 || out->len / 2 > diff) return rc;
	}
	return vv_coder_whole(c, raw, len, out, err);
}

/* The window must reach from the block's end back to the base's start. */
static int window_log(size_t len)
{
	int bits = WINDOW_LOG_MIN;

	while (len >> bits != 0) {
		bits++;
	}
	return bits;
}

/* A difference of less than cap bytes; *out 0 where there is none. */
static vv_status diff_once(vv_coder *c, const diff_try *t, void *to, size_t cap, const void *raw,
			   size_t len, const void *base, size_t base_len, size_t *out,
			   vv_error *err)
{
	/* Had the last one not fitted, the context would still be in its midst. */
	if (ZSTD_isError(ZSTD_CCtx_reset(c->diff, ZSTD_reset_session_only)) ||
	    !set_parameter(c->diff, ZSTD_c_compressionLevel, t->level) ||
	    !set_parameter(c->diff, ZSTD_c_strategy, t->strategy) ||
	    !set_parameter(c->diff, ZSTD_c_searchLog, t->search_log) ||
	    !set_parameter(c->diff, ZSTD_c_minMatch, t->min_match) ||
	    !set_parameter(c->diff, ZSTD_c_windowLog, window_log(base_len + len)) ||
	    ZSTD_isError(ZSTD_CCtx_refPrefix(c->diff, base, base_len))) {
		return vv_fail(err, VV_EIO, "cannot set up the compressor");
	}
	return compress_bytes(c->diff, to, cap - 1, raw, len, out, err);
}

/* The block as edits of base, plain or compressed, whichever is shorter; out->len 0: there are none of less
 * than cap bytes. */
static vv_status edits_of(vv_coder *c, const void *raw, size_t len, const void *base,
			  size_t base_len, size_t cap, vv_packed *out, vv_error *err)
{
	const vv_block_codec *codec = c->edits ? get_codec() : NULL;
	const size_t head = 1 + 10, magic = sizeof(uint32_t);
	const diff_try *t = &tries[tries_of[c->effort].first + tries_of[c->effort].count - 1];
	size_t n = 0, size;
	uint8_t *to;
	vv_status rc;

	*out = (vv_packed){VV_METHOD_EDIT, NULL, 0};
	if (!codec) return VV_OK;
	if ((rc = codec->make(&c->edit, raw, len, base, base_len, err)) < 0 || c->edit.len == 0) {
		return rc;
	}
	if (!room_for(&c->edit_out, head + c->edit.len + magic)) return vv_fail_nomem(err);
	if (c->edit.len > EDITS_SHORT &&
	    (rc = diff_once(c, t, c->edit_out.bytes + head, c->edit.len, c->edit.data, c->edit.len,
			    base, base_len, &n, err)) < 0) {
		return rc;
	}
	if (n > magic && n - magic + vv_varint_len(c->edit.len) < c->edit.len) {
		size = 1 + vv_varint_len(c->edit.len);
		to = c->edit_out.bytes + head + magic - size;
		*to = VV_EDITS_COMPRESSED;
		(void)vv_varint_write(to + 1, c->edit.len);
		size += n - magic;
	} else {
		to = c->edit_out.bytes;
		*to = VV_EDITS_PLAIN;
		memcpy(to + 1, c->edit.data, c->edit.len);
		size = 1 + c->edit.len;
	}
	if (size < cap) {
		*out = (vv_packed){VV_METHOD_EDIT, to, size};
	}
	return VV_OK;
}

static vv_status bytes_of_difference(vv_coder *c, const void *raw, size_t len, const void *base,
				     size_t base_len, size_t max, vv_packed *out, vv_error *err)
{
	const diff_try *t = &tries[tries_of[c->effort].first];
	const diff_try *end = t + tries_of[c->effort].count;
	const size_t part = c->effort < VV_EFFORT_UTMOST ? len / WORTH_PART : 0;
	const size_t worth = part > WORTH_ANOTHER ? part : WORTH_ANOTHER;
	size_t cap = max < len ? max : len, n;
	vv_status rc = VV_OK;

	*out = (vv_packed){VV_METHOD_DIFF, NULL, 0};
	if (cap <= 1) return VV_OK;
	if (!room_for(&c->diff_out, cap)) return vv_fail_nomem(err);
	rc = diff_once(c, t, c->diff_out.bytes, cap, raw, len, base, base_len, &out->len, err);
	while (rc == VV_OK && out->len > worth && ++t < end) {
		if (!room_for(&c->diff_next, out->len)) return vv_fail_nomem(err);
		rc = diff_once(c, t, c->diff_next.bytes, out->len, raw, len, base, base_len, &n,
			       err);
		if (rc == VV_OK && n > 0) {
			const room shorter = c->diff_next;

			c->diff_next = c->diff_out;
			c->diff_out = shorter;
			out->len = n;
		}
	}
	out->bytes = c->diff_out.bytes;
	return rc;
}

vv_status vv_coder_diff(vv_coder *c, const void *raw, size_t len, const void *base, size_t base_len,
			size_t max, vv_packed *out, vv_error *err)
{
	vv_packed edits;
	vv_status rc;

	*out = (vv_packed){VV_METHOD_DIFF, NULL, 0};
	if (base_len == 0) return VV_OK;
	if (!c->diff && !(c->diff = new_compressor())) return vv_fail_nomem(err);
	if ((rc = edits_of(c, raw, len, base, base_len, max < len ? max : len, &edits, err)) < 0) {
		return rc;
	}
	if (edits.len == 0 || edits.len > len / EDITS_SMALL) {
		rc = bytes_of_difference(c, raw, len, base, base_len,
					 edits.len > 0 ? edits.len : max, out, err);
	}
	if (rc == VV_OK && out->len == 0 && edits.len > 0) {
		*out = edits;
	}
	return rc;
}

vv_status vv_coder_checksum(vv_coder *c, uint64_t *out, const uint8_t *header, size_t header_len,
			    const void *raw, size_t raw_len, vv_error *err)
{
	if (!c->hash && !(c->hash = vv_xxh3_new(0))) return vv_fail_nomem(err);
	vv_xxh3_reset(c->hash, 0);
	vv_xxh3_update(c->hash, header, header_len);
	vv_xxh3_update(c->hash, raw, raw_len);
	*out = vv_xxh3_digest(c->hash);
	return VV_OK;
}

/* The edits of a compressed list into c->edit. */
static vv_status expand_edits(vv_coder *c, const uint8_t *p, const uint8_t *end, const void *base,
			      size_t base_len, vv_error *err)
{
	const size_t magic = sizeof(uint32_t);
	uint64_t len;

	if (!vv_varint_read(&p, end, &len) || len == 0 || len > VV_BLOCK_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the length of its edits is damaged");
	}
	vv_buf_reset(&c->edit);
	if (!room_for(&c->edit_out, (size_t)(end - p) + magic) ||
	    !vv_buf_reserve(&c->edit, (size_t)len)) {
		return vv_fail_nomem(err);
	}
	uint8_t *frame = c->edit_out.bytes;
	vv_put_le32(frame, ZSTD_MAGICNUMBER);
	memcpy(frame + magic, p, (size_t)(end - p));
	c->edit.len = (size_t)len;
	return vv_coder_expand(c, VV_METHOD_DIFF, frame, (size_t)(end - p) + magic, base, base_len,
			       c->edit.data, (size_t)len, err);
}

static vv_status apply_edits(vv_coder *c, const uint8_t *stored, size_t stored_len,
			     const void *base, size_t base_len, void *raw, size_t raw_len,
			     vv_error *err)
{
	const vv_block_codec *codec = get_codec();
	const uint8_t *end = stored + stored_len;
	vv_status rc;

	if (!codec) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "a block is stored as row edits, which this program cannot apply");
	}
	if (stored_len == 0 || *stored > VV_EDITS_COMPRESSED) {
		return vv_fail(err, VV_ECORRUPT, "the stored bytes are not row edits");
	}
	if (*stored == VV_EDITS_PLAIN) {
		return codec->apply(raw, raw_len, base, base_len, stored + 1, stored_len - 1, err);
	}
	if ((rc = expand_edits(c, stored + 1, end, base, base_len, err)) < 0) return rc;
	return codec->apply(raw, raw_len, base, base_len, c->edit.data, c->edit.len, err);
}

/* One frame, with or without a prefix, to exactly raw_len bytes. */
static vv_status expand_frame(vv_coder *c, const void *stored, size_t stored_len, const void *base,
			      size_t base_len, void *raw, size_t raw_len, vv_error *err)
{
	if (!c->unpack && !(c->unpack = ZSTD_createDCtx())) return vv_fail_nomem(err);
	if (base && ZSTD_isError(ZSTD_DCtx_refPrefix(c->unpack, base, base_len))) {
		return vv_fail_nomem(err);
	}
	size_t n = ZSTD_decompressDCtx(c->unpack, raw, raw_len, stored, stored_len);
	if (ZSTD_isError(n) && ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation) {
		return vv_fail_nomem(err);
	}
	if (ZSTD_isError(n)) {
		return vv_fail(err, VV_ECORRUPT, "the stored bytes are damaged (%s)",
			       ZSTD_getErrorName(n));
	}
	if (n != raw_len) {
		return vv_fail(err, VV_ECORRUPT,
			       "the stored bytes unpack to %zu bytes instead of %zu", n, raw_len);
	}
	return VV_OK;
}

/* Reads a part of put_part. */
static vv_status get_part(vv_coder *c, const uint8_t *stored, size_t stored_len, void *raw,
			  size_t len, vv_error *err)
{
	if (stored_len == len) {
		memcpy(raw, stored, len);
		return VV_OK;
	}
	if (!room_for(&c->frame, stored_len + MAGIC_LEN)) return vv_fail_nomem(err);
	vv_put_le32(c->frame.bytes, ZSTD_MAGICNUMBER);
	memcpy(c->frame.bytes + MAGIC_LEN, stored, stored_len);
	return expand_frame(c, c->frame.bytes, stored_len + MAGIC_LEN, NULL, 0, raw, len, err);
}

vv_status vv_coder_head(vv_coder *c, const vv_parts *p, const uint8_t *stored, uint8_t *raw,
			size_t raw_len, vv_error *err)
{
	vv_status rc;

	if (!room_for(&c->head, p->head_len + 1u)) return vv_fail_nomem(err);
	if ((rc = get_part(c, stored + p->from, p->stored, c->head.bytes, p->head_len, err)) < 0) {
		return rc;
	}
	if (vv_parts_head_sum(stored, p->directory, c->head.bytes, p->head_len) != p->head_sum) {
		return vv_fail(err, VV_ECORRUPT,
			       "the checksum of the block's header does not match");
	}
	vv_parts_scatter(p, raw, raw_len, c->head.bytes);
	return VV_OK;
}

vv_status vv_coder_part(vv_coder *c, const vv_part *part, const uint8_t *stored, uint8_t *raw,
			vv_error *err)
{
	vv_status rc = get_part(c, stored + part->from, part->stored, raw + part->at, part->len,
				err);

	if (rc == VV_OK && vv_xxh3(raw + part->at, part->len, 0) != part->sum) {
		rc = vv_fail(err, VV_ECORRUPT, "the checksum of a part does not match");
	}
	return rc;
}

static vv_status expand_parts(vv_coder *c, const uint8_t *stored, size_t stored_len, uint8_t *raw,
			      size_t raw_len, vv_error *err)
{
	vv_parts *p = &c->parts;
	vv_status rc = vv_parts_read(p, stored, stored_len, stored_len, raw_len, err);

	if (rc < 0 || (rc = vv_coder_head(c, p, stored, raw, raw_len, err)) < 0) return rc;
	vv_array_each(p->items, p->count, item) {
		if ((rc = vv_coder_part(c, item, stored, raw, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_coder_expand(vv_coder *c, uint8_t method, const void *stored, size_t stored_len,
			  const void *base, size_t base_len, void *raw, size_t raw_len,
			  vv_error *err)
{
	if (method == VV_METHOD_STORED) {
		if (stored_len != raw_len) {
			return vv_fail(err, VV_ECORRUPT, "%zu stored bytes decode to %zu",
				       stored_len, raw_len);
		}
		if (raw_len > 0) {
			memcpy(raw, stored, raw_len);
		}
		return VV_OK;
	}
	if (method == VV_METHOD_EDIT) {
		return apply_edits(c, stored, stored_len, base, base_len, raw, raw_len, err);
	}
	if (method == VV_METHOD_PARTS) {
		return expand_parts(c, stored, stored_len, raw, raw_len, err);
	}
	return expand_frame(c, stored, stored_len, method == VV_METHOD_DIFF ? base : NULL, base_len,
			    raw, raw_len, err);
}

vv_status vv_coder_unpack(vv_coder *c, const vv_record *r, const uint8_t *header,
			  const uint8_t *stored, const void *base, size_t base_len, void *raw,
			  vv_error *err)
{
	uint64_t sum;

	vv_status rc = vv_coder_expand(c, r->method, stored, r->stored_len, base, base_len, raw,
				       r->raw_len, err);
	if (rc < 0 ||
	    (rc = vv_coder_checksum(c, &sum, header, r->header_len, raw, r->raw_len, err)) < 0) {
		return rc;
	}
	if (sum != vv_get_le64(stored + r->stored_len)) {
		return vv_fail(err, VV_ECORRUPT, "the checksum does not match");
	}
	return VV_OK;
}
