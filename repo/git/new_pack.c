/*
 * new_pack: the entries of Git's pack format (gitformat-pack(5)): a varint of type and length, then the bytes,
 * deflated; no differences. The header gets the number of objects at the end, and the checksum of all is made then.
 *
 * The objects are found by the first bytes of their ids, since bases are requested by them. Hashes may be chosen, but
 * making many that agree in 4 bytes costs more than it hurts.
 */
#include "repo/git/new_pack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"

#define BUFFER_LEN ((size_t)64 << 10)
#define PIECE_LEN ((size_t)1 << 20)
#define KEY_LEN 4u
#define HEADER_MAX 12u
#define COUNT_AT 8u
#define LARGE 0x80000000u /* offsets from this one on are in a table of their own */
/* Most objects are commits and trees of few bytes. For each, zlib clears its table: 64 KiB by default, 8 with a
 * window of 4 KiB. */
#define SMALL_LEN ((size_t)4 << 10)
#define SMALL_WINDOW 12 /* bits of it */
#define SMALL_MEMORY 5  /* zlib's memLevel */

typedef struct entry {
	git_oid id;
	uint32_t type, sum; /* sum: the CRC-32 of its bytes in the pack */
	uint64_t at;        /* in the file */
} entry;

struct vv_new_pack {
	char *path;
	int fd;
	uint8_t *buf; /* bytes after those in the file */
	size_t buf_len;
	uint64_t flushed;
	entry *entries;
	size_t count, cap;
	vv_hash_index index;  /* of entries, by the first KEY_LEN bytes of their ids */
	z_stream pack, small; /* small: packs up to SMALL_LEN bytes */
	bool pack_made, small_made;
	uint32_t sum; /* of the entry that is written */
	bool ended;   /* the file has its name */
};

static voidpf z_alloc(voidpf opaque VV_UNUSED, uInt items, uInt size)
{
	return vv_calloc(items, size);
}

static void z_free(voidpf opaque VV_UNUSED, voidpf p)
{
	vv_free(p);
}

vv_status vv_new_pack_open(vv_new_pack **out, const char *path, vv_error *err)
{
	vv_auto(vv_new_pack) *s = vv_calloc(1, sizeof(*s));

	if (!s) return vv_fail_nomem(err);
	*s = (vv_new_pack){.fd = -1,
			   .pack = {.zalloc = z_alloc, .zfree = z_free},
			   .small = {.zalloc = z_alloc, .zfree = z_free},
			   .path = vv_strdup(path),
			   .buf = vv_malloc(BUFFER_LEN)};
	s->pack_made = deflateInit(&s->pack, Z_DEFAULT_COMPRESSION) == Z_OK;
	s->small_made = deflateInit2(&s->small, Z_DEFAULT_COMPRESSION, Z_DEFLATED, SMALL_WINDOW,
				     SMALL_MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
	if (!s->path || !s->buf || !s->pack_made || !s->small_made) {
		return vv_fail_nomem(err);
	}
	s->fd = vv_open(path, O_RDWR | O_CREAT | O_EXCL, 0444, err);
	if (s->fd < 0) return (vv_status)s->fd;
	memcpy(s->buf, "PACK\0\0\0\2\0\0\0", s->buf_len = COUNT_AT + 4);
	return vv_hand_over(out, &s);
}

void vv_new_pack_close(vv_new_pack *s)
{
	if (!s) return;
	if (s->fd >= 0) {
		(void)vv_close(s->fd, s->path, NULL);
	}
	if (s->fd >= 0 && !s->ended) {
		(void)vv_unlink(s->path, true, NULL);
	}
	if (s->pack_made) {
		(void)deflateEnd(&s->pack);
	}
	if (s->small_made) {
		(void)deflateEnd(&s->small);
	}
	vv_free(s->entries);
	vv_hash_index_clear(&s->index);
	vv_free_all(s->buf, s->path, s);
}

/* --- the index ---------------------------------------------------------------------- */

static uint64_t key_hash(const uint8_t *key)
{
	return vv_xxh3(key, KEY_LEN, vv_hash_seed());
}

static const entry *entry_find(const vv_new_pack *s, const git_oid *id)
{
	return vv_hash_find(s->entries, &s->index, key_hash(id->id), e, git_oid_equal(&e->id, id));
}

bool vv_new_pack_has(const vv_new_pack *s, const git_oid *id)
{
	return entry_find(s, id) != NULL;
}

vv_status vv_new_pack_find(const vv_new_pack *s, const uint8_t *prefix, size_t len, git_oid *id,
			   git_object_t *type, vv_error *err)
{
	const entry *found = NULL;

	if (len >= KEY_LEN && len <= GIT_OID_RAWSZ) {
		vv_hash_probe p = vv_hash_probe_begin(&s->index, key_hash(prefix));
		size_t at;

		while (vv_hash_probe_next(&p, &at)) {
			const entry *e = &s->entries[at];

			if (memcmp(e->id.id, prefix, len) != 0) {
				continue;
			}
			if (found) {
				return vv_fail(err, VV_ENOTFOUND,
					       "two received objects have ids with this beginning");
			}
			found = e;
		}
	}
	if (!found) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no received object has an id with this beginning");
	}
	*id = found->id;
	*type = (git_object_t)found->type;
	return VV_OK;
}

/* --- writing -------------------------------------------------------------------------- */

static vv_status buffer_flush(vv_new_pack *s, vv_error *err)
{
	vv_status rc = vv_write_full(s->fd, s->buf, s->buf_len, s->path, err);

	if (rc == VV_OK) {
		s->flushed += s->buf_len;
		s->buf_len = 0;
	}
	return rc;
}

static vv_status buffer_put(vv_new_pack *s, const uint8_t *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	if (BUFFER_LEN - s->buf_len < len && (rc = buffer_flush(s, err)) < 0) return rc;
	memcpy(s->buf + s->buf_len, bytes, len);
	s->buf_len += len;
	s->sum = (uint32_t)crc32_z(s->sum, bytes, len);
	return VV_OK;
}

/* Three bits of type and four of length, then seven bits of length each. */
static size_t write_header(uint8_t *out, git_object_t type, uint64_t len)
{
	size_t n = 0;

	out[n++] = (uint8_t)((unsigned)type << 4 | (len & 15));
	for (len >>= 4; len > 0; len >>= 7) {
		out[n - 1] |= 0x80;
		out[n++] = (uint8_t)(len & 0x7f);
	}
	return n;
}

static vv_status deflate_into(vv_new_pack *s, const uint8_t *bytes, size_t len, vv_error *err)
{
	z_stream *z = len <= SMALL_LEN ? &s->small : &s->pack;
	vv_status rc;
	int code;

	(void)deflateReset(z);
	z->next_in = (Bytef *)(uintptr_t)bytes; /* zlib does not write there */
	do {
		if (s->buf_len == BUFFER_LEN && (rc = buffer_flush(s, err)) < 0) return rc;
		if (z->avail_in == 0) {
			z->avail_in = len < (1u << 30) ? (uInt)len : 1u << 30;
			len -= z->avail_in;
		}
		const size_t before = s->buf_len;

		z->next_out = s->buf + before;
		z->avail_out = (uInt)(BUFFER_LEN - before);
		code = deflate(z, len == 0 ? Z_FINISH : Z_NO_FLUSH);
		s->buf_len = BUFFER_LEN - z->avail_out;
		s->sum = (uint32_t)crc32_z(s->sum, s->buf + before, s->buf_len - before);
	} while (code == Z_OK || code == Z_BUF_ERROR);
	return code == Z_STREAM_END ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_new_pack_add(vv_new_pack *s, const git_oid *id, git_object_t type, const void *bytes,
			  size_t len, bool *added, vv_error *err)
{
	uint8_t header[HEADER_MAX];
	vv_status rc;

	*added = false;
	if (s->ended) return vv_fail(err, VV_ECORRUPT, "an object after the end of all objects");
	if (vv_new_pack_has(s, id)) return VV_OK;
	if (s->count >= UINT32_MAX - 1) {
		return vv_fail(err, VV_EREFUSED, "more objects than a pack can have");
	}
	const uint64_t at = s->flushed + s->buf_len;
	s->sum = 0;
	if ((rc = buffer_put(s, header, write_header(header, type, len), err)) < 0 ||
	    (rc = deflate_into(s, bytes, len, err)) < 0) {
		return rc;
	}
	*added = vv_hash_add(s->entries, s->count, s->cap, &s->index, key_hash(id->id),
			     (entry){*id, (uint32_t)type, s->sum, at});
	return *added ? VV_OK : vv_fail_nomem(err);
}

/* --- reading --------------------------------------------------------------------------- */

static vv_status cut_short(const vv_new_pack *s, vv_error *err)
{
	return vv_fail(err, VV_EIO, "'%s' differs from the written bytes", s->path);
}

/* Up to len bytes at offset, from the file and from the unwritten bytes. */
static vv_status read_at(const vv_new_pack *s, uint64_t at, uint8_t *out, size_t len, size_t *got,
			 vv_error *err)
{
	uint64_t end = s->flushed + s->buf_len;
	size_t n = 0;
	ssize_t k;

	if (at >= end) {
		*got = 0;
	} else if (end - at < len) {
		*got = (size_t)(end - at);
	} else {
		*got = len;
	}
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

vv_status vv_new_pack_read(vv_new_pack *s, const git_oid *id, vv_buf *out, vv_error *err)
{
	const entry *e = entry_find(s, id);
	vv_auto(vv_buf) packed = VV_BUF_INIT;
	uint64_t size;
	size_t got, skip;
	vv_status rc;

	if (!e) return vv_fail(err, VV_ENOTFOUND, "no such object was received");
	const uint64_t end = e + 1 < s->entries + s->count ? e[1].at : s->flushed + s->buf_len;
	const size_t len = (size_t)(end - e->at);
	vv_buf_reset(out);
	if (!vv_buf_reserve(&packed, len)) return vv_fail_nomem(err);
	const uint8_t *p = (const uint8_t *)packed.data;
	if ((rc = read_at(s, e->at, (uint8_t *)packed.data, len, &got, err)) < 0) return rc;
	if (!read_header(p, got, &skip, &size)) return cut_short(s, err);
	uLongf done = (uLongf)size;
	if (!vv_buf_reserve(out, (size_t)size)) return vv_fail_nomem(err);
	const int code = uncompress((Bytef *)out->data, &done, p + skip, (uLong)(got - skip));
	if (code != Z_OK || done != size) {
		return code == Z_MEM_ERROR ? vv_fail_nomem(err) : cut_short(s, err);
	}
	out->len = (size_t)size;
	out->data[out->len] = '\0';
	return VV_OK;
}

/* --- the pack and its index ---------------------------------------------------------- */

/* The number of objects, and the SHA-1 of all bytes, which becomes the end of the pack. */
static vv_status pack_finish(vv_new_pack *s, uint8_t sum[VV_SHA1_LEN], vv_error *err)
{
	vv_auto_free uint8_t *piece = vv_malloc(PIECE_LEN);
	vv_auto(vv_digest) *digest = NULL;
	uint8_t count[4];
	size_t got = 1;
	vv_status rc = piece ? buffer_flush(s, err) : vv_fail_nomem(err);

	vv_put_be32(count, (uint32_t)s->count);
	if (rc < 0 || (rc = vv_digest_new(&digest, VV_DIGEST_SHA1, err)) < 0) return rc;
	if (lseek(s->fd, COUNT_AT, SEEK_SET) < 0 ||
	    (rc = vv_write_full(s->fd, count, sizeof(count), s->path, err)) < 0 ||
	    lseek(s->fd, 0, SEEK_END) < 0) {
		return rc < 0 ? rc : vv_fail_errno(err, "cannot write", s->path);
	}
	for (uint64_t at = 0; rc == VV_OK && got > 0; at += got) {
		rc = read_at(s, at, piece, PIECE_LEN, &got, err);
		rc = rc < 0 ? rc : vv_digest_update(digest, piece, got, err);
	}
	if (rc < 0 || (rc = vv_digest_end(digest, sum, err)) < 0 ||
	    (rc = buffer_put(s, sum, VV_SHA1_LEN, err)) < 0) {
		return rc;
	}
	return buffer_flush(s, err);
}

static int by_id(const void *a, const void *b)
{
	return git_oid_cmp(&(*(const entry *const *)a)->id, &(*(const entry *const *)b)->id);
}

/* The second version of an index. */
static vv_status make_index(vv_buf *out, const vv_new_pack *s, const uint8_t sum[VV_SHA1_LEN],
			    vv_error *err)
{
	vv_auto_free const entry **sorted = vv_calloc(s->count + 1, sizeof(*sorted));
	vv_auto(vv_buf) larges = VV_BUF_FOR(out);
	uint8_t large[8];
	size_t below = 0;

	if (!sorted) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->count; i++) {
		sorted[i] = &s->entries[i];
	}
	qsort(sorted, s->count, sizeof(*sorted), by_id);
	vv_buf_put(out, "\377tOc\0\0\0\2", 8);
	for (unsigned first = 0; first < 256; first++) {
		while (below < s->count && sorted[below]->id.id[0] == first) {
			below++;
		}
		vv_buf_put_be32(out, (uint32_t)below);
	}
	for (size_t i = 0; i < s->count; i++) {
		vv_buf_put(out, sorted[i]->id.id, sizeof(sorted[i]->id.id));
	}
	for (size_t i = 0; i < s->count; i++) {
		vv_buf_put_be32(out, sorted[i]->sum);
	}
	for (size_t i = 0; i < s->count; i++) {
		const uint64_t at = sorted[i]->at;

		vv_buf_put_be32(out,
				at < LARGE ? (uint32_t)at : LARGE | (uint32_t)(larges.len / 8));
		vv_put_be64(large, at);
		vv_buf_put(&larges, large, at < LARGE ? 0 : sizeof(large));
	}
	vv_buf_put(out, vv_buf_cstr(&larges), larges.len);
	vv_buf_put(out, sum, VV_SHA1_LEN);
	return vv_buf_put_sha1(out, err);
}

static vv_status write_index(const char *path, const vv_buf *bytes, vv_error *err)
{
	const int fd = vv_open(path, O_WRONLY | O_CREAT | O_EXCL, 0444, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_write_full(fd, bytes->data, bytes->len, path, err);
	return vv_close_after(rc, fd, path, err);
}

vv_status vv_new_pack_end(vv_new_pack *s, const char *dir, char hex[GIT_OID_HEXSZ + 1],
			  vv_error *err)
{
	vv_auto(vv_buf) index = VV_BUF_INIT;
	git_oid sum;
	vv_status rc;

	if ((rc = pack_finish(s, sum.id, err)) < 0 ||
	    (rc = make_index(&index, s, sum.id, err)) < 0) {
		return rc;
	}
	(void)git_oid_tostr(hex, GIT_OID_HEXSZ + 1, &sum);
	vv_auto(char) *pack = vv_asprintf("%s/pack-%s.pack", dir, hex);
	vv_auto(char) *idx = vv_asprintf("%s/pack-%s.idx", dir, hex);
	if (!pack || !idx) return vv_fail_nomem(err);
	if ((rc = write_index(idx, &index, err)) < 0) return rc;
	rc = vv_rename(s->path, pack, err);
	s->ended = rc == VV_OK;
	return rc;
}
