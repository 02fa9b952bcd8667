/*
 * report_print: fingerprints of findings. Knows what makes two findings the same one in two
 * runs: path, rule, column, and the row's key; where there is no key the value and what is
 * said of it, so that a row that moves stays what it is. Never the line.
 */
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "cmd/report_internal.h"

void vv_prints_reset(vv_prints *p)
{
	if (p->used > 0) {
		memset(p->keys, 0, p->cap * sizeof(*p->keys));
		memset(p->counts, 0, p->cap * sizeof(*p->counts));
	}
	p->used = 0;
}

void vv_prints_clear(vv_prints *p)
{
	vv_free(p->keys);
	vv_free(p->counts);
	memset(p, 0, sizeof(*p));
}

static size_t find(const vv_prints *p, uint64_t key)
{
	size_t i = (size_t)key & (p->cap - 1);

	while (p->keys[i] != 0 && p->keys[i] != key) {
		i = (i + 1) & (p->cap - 1);
	}
	return i;
}

static vv_status grow(vv_prints *p, vv_error *err)
{
	vv_prints wider = {.cap = p->cap ? p->cap * 2 : 64, .used = p->used};

	if (p->used * 2 < p->cap) {
		return VV_OK;
	}
	wider.keys = vv_calloc(wider.cap, sizeof(*wider.keys));
	wider.counts = vv_calloc(wider.cap, sizeof(*wider.counts));
	if (!wider.keys || !wider.counts) {
		vv_prints_clear(&wider);
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < p->cap; i++) {
		if (p->keys[i] != 0) {
			size_t k = find(&wider, p->keys[i]);

			wider.keys[k] = p->keys[i];
			wider.counts[k] = p->counts[i];
		}
	}
	vv_prints_clear(p);
	*p = wider;
	return VV_OK;
}

static void put_part(vv_buf *b, const char *s, size_t len)
{
	vv_buf_put_varint(b, len);
	vv_buf_put(b, len > 0 ? s : "", len);
}

static void put_text(vv_buf *b, const char *s)
{
	put_part(b, s, s ? strlen(s) : 0);
}

vv_status vv_prints_make(vv_prints *p, char out[VV_REPORT_PRINT_LEN + 1], const char *path,
			 const vv_finding *f, vv_error *err)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t hash[VV_SHA256_LEN];
	vv_buf b = VV_BUF_INIT;
	uint64_t key;
	size_t at;
	vv_status rc = grow(p, err);

	put_text(&b, path);
	put_text(&b, f->rule);
	put_text(&b, f->column);
	put_text(&b, f->key ? "key" : "value");
	if (f->key) {
		put_part(&b, f->key, f->key_len);
	} else {
		put_part(&b, f->value, f->value ? f->value_len : 0);
		put_text(&b, f->message);
	}
	if (rc < 0 || (rc = vv_buf_ok(&b, err)) < 0 ||
	    (rc = vv_sha256(hash, b.data, b.len, err)) < 0) {
		goto done;
	}
	key = vv_get_le64(hash) | 1;
	at = find(p, key);
	p->used += p->keys[at] == 0;
	p->keys[at] = key;
	if (p->counts[at]++ > 0) { /* the same once more: numbered */
		vv_buf_put_varint(&b, p->counts[at]);
		if ((rc = vv_buf_ok(&b, err)) < 0 ||
		    (rc = vv_sha256(hash, b.data, b.len, err)) < 0) {
			goto done;
		}
	}
	for (size_t i = 0; i < VV_REPORT_PRINT_LEN / 2; i++) {
		out[2 * i] = hex[hash[i] >> 4];
		out[2 * i + 1] = hex[hash[i] & 15];
	}
	out[VV_REPORT_PRINT_LEN] = '\0';
done:
	vv_buf_clear(&b);
	return rc;
}
