/*
 * new_pack: the bytes of packs and of their indexes.
 */
#include "repo/git/new_pack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"

#define COUNT_AT 8u
#define LEN_MAX INT32_MAX /* offsets of 31 bits */

typedef struct packed {
	git_oid id;
	uint32_t offset, sum;
} packed;

struct vv_new_pack {
	vv_buf bytes;
	packed *items;
	size_t count, cap;
	z_stream z; /* reset for each object */
	bool z_open;
};

vv_status vv_new_pack_open(vv_new_pack **out, vv_error *err)
{
	vv_auto(vv_new_pack) *p = vv_calloc(1, sizeof(*p));

	*out = NULL;
	if (!p || !(p->z_open = deflateInit(&p->z, Z_DEFAULT_COMPRESSION) == Z_OK)) {
		return vv_fail_nomem(err);
	}
	vv_buf_put(&p->bytes, "PACK\0\0\0\2\0\0\0\0", COUNT_AT + 4);
	return vv_hand_over(out, &p);
}

void vv_new_pack_close(vv_new_pack *p)
{
	if (!p) return;
	if (p->z_open) {
		(void)deflateEnd(&p->z);
	}
	vv_buf_clear(&p->bytes);
	vv_free_all(p->items, p);
}

/* The type, and the length in pieces of 4 and 7 bits. */
static void put_head(vv_buf *b, git_object_t type, size_t len)
{
	unsigned piece = (unsigned)type << 4 | (len & 15);

	for (len >>= 4; len > 0; len >>= 7) {
		vv_buf_putc(b, (int)(piece | 0x80));
		piece = len & 0x7f;
	}
	vv_buf_putc(b, (int)piece);
}

vv_status vv_new_pack_add(vv_new_pack *p, const git_oid *id, git_object_t type, const void *bytes,
			  size_t len, vv_error *err)
{
	const size_t begin = p->bytes.len, room = deflateBound(&p->z, len);

	put_head(&p->bytes, type, len);
	if (len > LEN_MAX || begin > LEN_MAX) {
		return vv_fail(err, VV_EREFUSED, "new Git objects are too large for one pack");
	}
	if (!vv_array_room(p->items, p->count, p->cap) || !vv_buf_reserve(&p->bytes, room) ||
	    deflateReset(&p->z) != Z_OK) {
		return vv_fail_nomem(err);
	}
	p->z.next_in = (Bytef *)(uintptr_t)bytes;
	p->z.avail_in = (uInt)len;
	p->z.next_out = (Bytef *)p->bytes.data + p->bytes.len;
	p->z.avail_out = (uInt)room;
	if (deflate(&p->z, Z_FINISH) != Z_STREAM_END) return vv_fail_nomem(err);
	p->bytes.len += room - p->z.avail_out;
	p->items[p->count++] = (packed){
		*id, (uint32_t)begin,
		(uint32_t)crc32_z(0, (Bytef *)p->bytes.data + begin, p->bytes.len - begin)};
	return VV_OK;
}

static int by_id(const void *a, const void *b)
{
	return git_oid_cmp(&((const packed *)a)->id, &((const packed *)b)->id);
}

static vv_status make_index(vv_buf *out, vv_new_pack *p, vv_error *err)
{
	size_t below = 0;

	vv_buf_put(out, "\377tOc\0\0\0\2", 8);
	for (unsigned first = 0; first < 256; first++) {
		while (below < p->count && p->items[below].id.id[0] == first) {
			below++;
		}
		vv_buf_put_be32(out, (uint32_t)below);
	}
	for (size_t i = 0; i < p->count; i++) {
		vv_buf_put(out, p->items[i].id.id, sizeof(p->items[i].id.id));
	}
	for (size_t i = 0; i < p->count; i++) {
		vv_buf_put_be32(out, p->items[i].sum);
	}
	for (size_t i = 0; i < p->count; i++) {
		vv_buf_put_be32(out, p->items[i].offset);
	}
	vv_buf_put(out, p->bytes.data + p->bytes.len - VV_SHA1_LEN, VV_SHA1_LEN);
	return vv_buf_put_sha1(out, err);
}

static vv_status write_file(const char *dir, const char *hex, const char *ext, const vv_buf *bytes,
			    vv_error *err)
{
	vv_auto(char) *path = vv_asprintf("%s/pack-%s.%s", dir, hex, ext);
	vv_status rc = vv_alloc_ok(path, err);
	int fd;

	if (rc < 0) return rc;
	if ((fd = vv_open(path, O_WRONLY | O_CREAT | O_EXCL, 0444, err)) < 0) return (vv_status)fd;
	rc = vv_write_full(fd, bytes->data, bytes->len, path, err);
	vv_status closed = vv_close(fd, path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

vv_status vv_new_pack_write(vv_new_pack *p, const char *dir, char hex[GIT_OID_HEXSZ + 1],
			    vv_error *err)
{
	vv_auto(vv_buf) index = VV_BUF_INIT;
	git_oid name;
	vv_status rc;

	if ((rc = vv_buf_ok(&p->bytes, err)) < 0) return rc;
	vv_put_be32((uint8_t *)p->bytes.data + COUNT_AT, (uint32_t)p->count);
	qsort(p->items, p->count, sizeof(*p->items), by_id);
	if ((rc = vv_buf_put_sha1(&p->bytes, err)) < 0 || (rc = make_index(&index, p, err)) < 0) {
		return rc;
	}
	memcpy(name.id, p->bytes.data + p->bytes.len - VV_SHA1_LEN, sizeof(name.id));
	(void)git_oid_tostr(hex, GIT_OID_HEXSZ + 1, &name);
	if ((rc = write_file(dir, hex, "pack", &p->bytes, err)) < 0) return rc;
	return write_file(dir, hex, "idx", &index, err);
}
