/*
 * checked_records: the file.
 */
#include "cmd/vault/hold/checked_records.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define MARK "VVRECS\x01\n"
#define HEAD_LEN 9u /* of a record: received, lengths of name and file */
#define FILE_MAX (UINT64_C(1) << 32)

/* The items of bytes up to end; false: they are none. */
static bool read_items(vv_checked_records *c, const uint8_t *p, const uint8_t *end, bool *nomem)
{
	while (p < end) {
		if ((size_t)(end - p) < HEAD_LEN) return false;
		size_t name_len = vv_get_le32(p + 1);
		size_t len = vv_get_le32(p + 5);
		if (name_len >= (size_t)(end - p) - HEAD_LEN ||
		    len > (size_t)(end - p) - HEAD_LEN - name_len - 1 ||
		    p[HEAD_LEN + name_len] != '\0') {
			return false;
		}
		if (!vv_array_room(c->items, c->count, c->cap)) {
			*nomem = true;
			return false;
		}
		vv_checked_record *r = &c->items[c->count++];
		r->received = p[0] == 1;
		r->name = (const char *)p + HEAD_LEN;
		r->bytes = p + HEAD_LEN + name_len + 1;
		r->len = len;
		p += HEAD_LEN + name_len + 1 + len;
	}
	return true;
}

vv_status vv_checked_records_read(vv_checked_records *out, const char *path, vv_error *err)
{
	bool nomem = false;

	memset(out, 0, sizeof(*out));
	vv_status rc = vv_derived_read(&out->bytes, path, MARK, 0, FILE_MAX, err);
	if (rc == VV_OK && out->bytes.len > 0 &&
	    !read_items(out, (const uint8_t *)out->bytes.data,
			(const uint8_t *)out->bytes.data + out->bytes.len, &nomem)) {
		vv_checked_records_clear(out);
	}
	return nomem ? vv_fail_nomem(err) : rc;
}

void vv_checked_records_clear(vv_checked_records *c)
{
	vv_free(c->items);
	vv_buf_clear(&c->bytes);
	memset(c, 0, sizeof(*c));
}

static int compare(const void *name, const void *item)
{
	return strcmp(name, ((const vv_checked_record *)item)->name);
}

const vv_checked_record *vv_checked_records_find(const vv_checked_records *c, const char *name)
{
	return c->count > 0 ? bsearch(name, c->items, c->count, sizeof(*c->items), compare) : NULL;
}

vv_status vv_checked_records_put(vv_buf *out, const vv_checked_record *r, vv_error *err)
{
	const size_t name_len = strlen(r->name);
	uint8_t head[HEAD_LEN];

	if (out->len == 0) {
		vv_derived_begin(out, MARK);
	}
	head[0] = r->received;
	vv_put_le32(head + 1, (uint32_t)name_len);
	vv_put_le32(head + 5, (uint32_t)r->len);
	vv_buf_put(out, head, sizeof(head));
	vv_buf_put(out, r->name, name_len + 1);
	vv_buf_put(out, r->bytes, r->len);
	return vv_buf_ok(out, err);
}

vv_status vv_checked_records_write(vv_buf *put, const char *path, vv_error *err)
{
	return vv_derived_write(put, path, 0, err);
}
