/*
 * spool: the entries of Git's pack format (gitformat-pack(5)): a varint of type and length, then
 * the bytes, deflated; no differences.
 *
 * The index is keyed by the first bytes of the ids, since bases are requested by them.
 * Hashes may be chosen, but making many that agree in 4 bytes costs more than it hurts.
 */
#include "repo/git/objects/spool.h"

#include <fcntl.h>
#include <zlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"

#define BUFFER_LEN ((size_t)64 << 10)
#define PIECE_LEN ((size_t)1 << 20) /* libgit2 maps the pack again for each */
#define KEY_LEN 4u
#define HEADER_MAX 12u
/* Most objects are commits and trees of few bytes. For each, zlib clears its table: 64 KiB by default, 8 with a
 * window of 4 KiB. */
#define SMALL_LEN ((size_t)4 << 10)
#define SMALL_WINDOW 12 /* bits of it */
#define SMALL_MEMORY 5  /* zlib's memLevel */

typedef struct entry {
	git_oid id;
	uint32_t type;
	uint64_t at; /* in the file */
} entry;

struct vv_spool {
	char *path;
	int fd;
	uint8_t *buf; /* bytes after those in the file */
	size_t buf_len;
	uint64_t flushed;
	entry *entries;
	size_t count, cap;
	vv_hash_index index;          /* of entries, by the first KEY_LEN bytes of their ids */
	z_stream pack, small, unpack; /* small: packs up to SMALL_LEN bytes */
	bool pack_made, small_made, unpack_made;
};

static voidpf z_alloc(voidpf opaque VV_UNUSED, uInt items, uInt size)
{
	return vv_calloc(items, size);
}

static void z_free(voidpf opaque VV_UNUSED, voidpf p)
{
	vv_free(p);
}

vv_status vv_spool_open(vv_spool **out, const char *path, vv_error *err)
{
	vv_auto(vv_spool) *s = vv_calloc(1, sizeof(*s));

	*out = NULL;
	if (!s) return vv_fail_nomem(err);
	s->fd = -1;
	s->pack.zalloc = s->small.zalloc = s->unpack.zalloc = z_alloc;
	s->pack.zfree = s->small.zfree = s->unpack.zfree = z_free;
	vv_hash_index_init(&s->index);
	s->path = vv_strdup(path);
	s->buf = vv_malloc(BUFFER_LEN);
	s->pack_made = deflateInit(&s->pack, Z_DEFAULT_COMPRESSION) == Z_OK;
	s->small_made = deflateInit2(&s->small, Z_DEFAULT_COMPRESSION, Z_DEFLATED, SMALL_WINDOW,
				     SMALL_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
	s->unpack_made = inflateInit(&s->unpack) == Z_OK;
	if (!s->path || !s->buf || !s->pack_made || !s->small_made || !s->unpack_made) {
		return vv_fail_nomem(err);
	}
	s->fd = vv_open(path, O_RDWR | O_CREAT | O_EXCL, 0666, err);
	if (s->fd < 0) return (vv_status)s->fd;
	return vv_hand_over(out, &s);
}

void vv_spool_close(vv_spool *s)
{
	if (!s) return;
	if (s->fd >= 0) {
		(void)vv_close(s->fd, s->path, NULL);
		(void)vv_unlink(s->path, true, NULL);
	}
	if (s->pack_made) {
		(void)deflateEnd(&s->pack);
	}
	if (s->small_made) {
		(void)deflateEnd(&s->small);
	}
	if (s->unpack_made) {
		(void)inflateEnd(&s->unpack);
	}
	vv_free(s->entries);
	vv_hash_index_clear(&s->index);
	vv_free_all(s->buf, s->path, s);
}

/* --- the index ---------------------------------------------------------------------- */

static vv_hash_probe look_for(const vv_spool *s, const uint8_t *key)
{
	return vv_hash_probe_begin(&s->index, vv_xxh3(key, KEY_LEN, s->index.seed));
}

static const entry *lookup(const vv_spool *s, const git_oid *id)
{
	vv_hash_probe p = look_for(s, id->id);
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		if (git_oid_equal(&s->entries[at].id, id)) return &s->entries[at];
	}
	return NULL;
}

bool vv_spool_has(const vv_spool *s, const git_oid *id)
{
	return lookup(s, id) != NULL;
}

static vv_status make_room(vv_spool *s, vv_error *err)
{
	if (s->count >= UINT32_MAX - 1) {
		return vv_fail(err, VV_EREFUSED, "more objects than a pack can have");
	}
	if (!vv_array_room(s->entries, s->count, s->cap) ||
	    !vv_hash_index_reserve(&s->index, s->count + 1)) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_spool_find(const vv_spool *s, const uint8_t *prefix, size_t len, git_oid *id,
			vv_git_type *type, vv_error *err)
{
	const entry *found = NULL;

	if (len >= KEY_LEN && len <= GIT_OID_RAWSZ) {
		vv_hash_probe p = look_for(s, prefix);
		size_t at;

		while (vv_hash_probe_next(&p, &at)) {
			const entry *e = &s->entries[at];

			if (memcmp(e->id.id, prefix, len) != 0) {
				continue;
			}
			if (found) {
				return vv_fail(err, VV_ENOTFOUND,
					       "two objects have ids that begin so");
			}
			found = e;
		}
	}
	if (!found) return vv_fail(err, VV_ENOTFOUND, "no object has an id that begins so");
	*id = found->id;
	*type = (vv_git_type)found->type;
	return VV_OK;
}

/* --- writing -------------------------------------------------------------------------- */

static vv_status flush(vv_spool *s, vv_error *err)
{
	vv_status rc = vv_write_full(s->fd, s->buf, s->buf_len, s->path, err);

	if (rc == VV_OK) {
		s->flushed += s->buf_len;
		s->buf_len = 0;
	}
	return rc;
}

static vv_status put(vv_spool *s, const uint8_t *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	if (BUFFER_LEN - s->buf_len < len && (rc = flush(s, err)) < 0) return rc;
	memcpy(s->buf + s->buf_len, bytes, len);
	s->buf_len += len;
	return VV_OK;
}

/* Three bits of type and four of length, then seven bits of length each. */
static size_t write_header(uint8_t *out, vv_git_type type, uint64_t len)
{
	size_t n = 0;

	out[n++] = (uint8_t)((unsigned)type << 4 | (len & 15));
	for (len >>= 4; len > 0; len >>= 7) {
		out[n - 1] |= 0x80;
		out[n++] = (uint8_t)(len & 0x7f);
	}
	return n;
}

static vv_status deflate_into(vv_spool *s, const uint8_t *bytes, size_t len, vv_error *err)
{
	z_stream *z = len <= SMALL_LEN ? &s->small : &s->pack;
	vv_status rc;
	int code;

	(void)deflateReset(z);
	z->next_in = (Bytef *)(uintptr_t)bytes; /* zlib does not write there */
	do {
		if (s->buf_len == BUFFER_LEN && (rc = flush(s, err)) < 0) return rc;
		if (z->avail_in == 0) {
			z->avail_in = len < (1u << 30) ? (uInt)len : 1u << 30;
			len -= z->avail_in;
		}
		z->next_out = s->buf + s->buf_len;
		z->avail_out = (uInt)(BUFFER_LEN - s->buf_len);
		code = deflate(z, len == 0 ? Z_FINISH : Z_NO_FLUSH);
		s->buf_len = BUFFER_LEN - z->avail_out;
	} while (code == Z_OK || code == Z_BUF_ERROR);
	return code == Z_STREAM_END ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_spool_add(vv_spool *s, const git_oid *id, vv_git_type type, const void *bytes,
		       size_t len, bool *added, vv_error *err)
{
	uint8_t header[HEADER_MAX];
	vv_status rc;

	*added = false;
	if (vv_spool_has(s, id)) return VV_OK;
	if ((rc = make_room(s, err)) < 0) return rc;
	uint64_t at = s->flushed + s->buf_len;
	if ((rc = put(s, header, write_header(header, type, len), err)) < 0 ||
	    (rc = deflate_into(s, bytes, len, err)) < 0) {
		return rc;
	}
	s->entries[s->count] = (entry){*id, (uint32_t)type, at};
	(void)vv_hash_index_add(&s->index, vv_xxh3(id->id, KEY_LEN, s->index.seed),
				s->count++); /* has room */
	*added = true;
	return VV_OK;
}

/* --- reading --------------------------------------------------------------------------- */

static vv_status cut_short(const vv_spool *s, vv_error *err)
{
	return vv_fail(err, VV_EIO, "'%s' differs from the written bytes", s->path);
}

/* Up to len bytes at offset, from the file and from the unwritten bytes. */
static vv_status read_at(const vv_spool *s, uint64_t at, uint8_t *out, size_t len, size_t *got,
			 vv_error *err)
{
	uint64_t end = s->flushed + s->buf_len;
	size_t n = 0;
	ssize_t k;

	*got = at >= end ? 0 : end - at < len ? (size_t)(end - at) : len;
	if (at < s->flushed) {
		n = s->flushed - at < *got ? (size_t)(s->flushed - at) : *got;
		k = vv_pread_full(s->fd, out, n, at, s->path, err);
		if (k < 0 || (size_t)k < n) return k < 0 ? (vv_status)k : cut_short(s, err);
	}
	if (n < *got) {
		memcpy(out + n, s->buf + (at + n - s->flushed), *got - n);
	}
	return VV_OK;
}

static bool read_header(const uint8_t *p, size_t len, size_t *header_len, uint64_t *size)
{
	size_t i = 0;
	unsigned shift = 4;

	*size = len > 0 ? p[0] & 15u : 0;
	while (i < len && p[i] & 0x80) {
		i++;
		if (i == len || shift > 60) return false;
		*size |= (uint64_t)(p[i] & 0x7f) << shift;
		shift += 7;
	}
	*header_len = i + 1;
	return i < len;
}

vv_status vv_spool_read(vv_spool *s, const git_oid *id, vv_buf *out, vv_error *err)
{
	const entry *e = lookup(s, id);
	z_stream *z = &s->unpack;
	uint8_t piece[4096];
	uint64_t size;
	size_t got, skip;
	int code = Z_OK;
	vv_status rc;

	if (!e) return vv_fail(err, VV_ENOTFOUND, "no such object was received");
	uint64_t at = e->at;
	if ((rc = read_at(s, at, piece, sizeof(piece), &got, err)) < 0) return rc;
	if (!read_header(piece, got, &skip, &size)) return cut_short(s, err);
	vv_buf_reset(out);
	if (!vv_buf_reserve(out, (size_t)size + 1)) { /* one more, so that the end is seen */
		return vv_fail_nomem(err);
	}
	(void)inflateReset(z);
	while (code == Z_OK && got > 0) {
		z->next_in = piece + skip;
		z->avail_in = (uInt)(got - skip);
		skip = 0;
		at += got;
		do {
			size_t room = (size_t)size + 1 - out->len;

			z->next_out = (Bytef *)out->data + out->len;
			z->avail_out = room < (1u << 30) ? (uInt)room : 1u << 30;
			room = z->avail_out;
			code = inflate(z, Z_NO_FLUSH);
			out->len += room - z->avail_out;
		} while (code == Z_OK && z->avail_in > 0 && out->len <= size);
		code = code == Z_BUF_ERROR && out->len <= size ? Z_OK : code;
		if (code == Z_OK && (rc = read_at(s, at, piece, sizeof(piece), &got, err)) < 0) {
			return rc;
		}
	}
	if (code != Z_STREAM_END || out->len != size) {
		return code == Z_MEM_ERROR ? vv_fail_nomem(err) : cut_short(s, err);
	}
	out->data[out->len] = '\0';
	return VV_OK;
}

/* --- the pack --------------------------------------------------------------------------- */

static vv_status feed_entries(vv_spool *s, vv_digest *sum, vv_spool_fn fn, void *payload,
			      vv_error *err)
{
	uint64_t at = 0, end = s->flushed + s->buf_len;
	vv_auto_free uint8_t *piece = vv_malloc(PIECE_LEN);
	vv_status rc = piece ? VV_OK : vv_fail_nomem(err);
	size_t got;

	while (rc == VV_OK && at < end) {
		if ((rc = read_at(s, at, piece, PIECE_LEN, &got, err)) == VV_OK &&
		    (rc = vv_digest_update(sum, piece, got, err)) == VV_OK) {
			rc = fn(payload, piece, got, err);
		}
		at += got;
	}
	return rc;
}

vv_status vv_spool_feed(vv_spool *s, vv_spool_fn fn, void *payload, vv_error *err)
{
	uint8_t header[12] = {'P', 'A', 'C', 'K', 0, 0, 0, 2}, end[VV_SHA1_LEN];
	vv_auto(vv_digest) *sum = NULL;
	vv_status rc;

	vv_put_be32(header + 8, (uint32_t)s->count);
	if ((rc = vv_digest_new(&sum, VV_DIGEST_SHA1, err)) < 0) return rc;
	if ((rc = vv_digest_update(sum, header, sizeof(header), err)) < 0 ||
	    (rc = fn(payload, header, sizeof(header), err)) < 0 ||
	    (rc = feed_entries(s, sum, fn, payload, err)) < 0 ||
	    (rc = vv_digest_end(sum, end, err)) < 0) {
		return rc;
	}
	return fn(payload, end, sizeof(end), err);
}
