/*
 * cbor_members: where the value of each type is.
 */
#include "repo/blocks/cbor_members.h"

#include <string.h>

/* --- writing --------------------------------------------------------------------------------- */

static bool is_absent(const vv_member *f, const char *from)
{
	const char *p = from + f->at;

	if (f->type == VV_MEMBER_LINK) return vv_cid_is_null((const void *)p);
	if (f->type == VV_MEMBER_BYTES) return !*(const uint8_t *const *)(const void *)p;
	if (f->type == VV_MEMBER_UINT) return *(const uint64_t *)(const void *)p == UINT64_MAX;
	if (f->type == VV_MEMBER_NAME) return !*(const char *const *)(const void *)p;
	if (f->type == VV_MEMBER_BOOL) return !*(const bool *)p;
	if (f->type == VV_MEMBER_FIXED) return !*(const bool *)(from + f->more);
	return *(const size_t *)(const void *)(from + f->more) == 0;
}

static bool is_left_out(const vv_member *f, const void *from)
{
	return f->optional && is_absent(f, from);
}

static void put_tuple(vv_buf *b, const vv_member *f, const void *from)
{
	vv_cbor_put_array(b, f->item_count);
	for (size_t i = 0; i < f->item_count; i++) {
		vv_member_put(b, &f->item[i], from);
	}
}

static void put_list(vv_buf *b, const vv_member *f, const char *items, size_t count)
{
	vv_cbor_put_array(b, count);
	for (size_t i = 0; i < count; i++) {
		if (f->item_count > 1) {
			put_tuple(b, f, items + i * f->size);
		} else {
			vv_member_put(b, f->item, items + i * f->size);
		}
	}
}

void vv_member_put(vv_buf *b, const vv_member *f, const void *from)
{
	const void *p = (const char *)from + f->at, *more = (const char *)from + f->more;

	if (f->null_ok && is_absent(f, from)) {
		vv_cbor_put_null(b);
		return;
	}
	switch (f->type) {
	case VV_MEMBER_UINT:
		vv_cbor_put_uint(b, *(const uint64_t *)p);
		break;
	case VV_MEMBER_UINT32:
		vv_cbor_put_uint(b, *(const uint32_t *)p);
		break;
	case VV_MEMBER_BOOL:
		vv_cbor_put_bool(b, *(const bool *)p);
		break;
	case VV_MEMBER_LINK:
		vv_cbor_put_link(b, p);
		break;
	case VV_MEMBER_TEXT:
		vv_cbor_put_text(b, *(const char *const *)p, strlen(*(const char *const *)p));
		break;
	case VV_MEMBER_NAME:
		vv_cbor_put_bytes(b, *(const char *const *)p, strlen(*(const char *const *)p));
		break;
	case VV_MEMBER_JOINED:
		vv_cbor_put_bytes(b, *(const void *const *)p, *(const size_t *)more * f->size);
		break;
	case VV_MEMBER_BYTES:
		vv_cbor_put_bytes(b, *(const uint8_t *const *)p, *(const size_t *)more);
		break;
	case VV_MEMBER_FIXED:
		vv_cbor_put_bytes(b, p, f->size);
		break;
	case VV_MEMBER_LIST:
		put_list(b, f, *(const char *const *)p, *(const size_t *)more);
		break;
	case VV_MEMBER_WORD:
		p = f->words[*(const uint64_t *)p];
		vv_cbor_put_text(b, p, strlen(p));
		break;
	case VV_MEMBER_MAP:
		vv_cbor_put_map(b, f->item_count);
		vv_members_put(b, f->item, f->item_count, from);
		break;
	case VV_MEMBER_TUPLE:
		put_tuple(b, f, from);
		break;
	case VV_MEMBER_OWN:
		f->put(b, f, from);
		break;
	}
}

size_t vv_members_count(const vv_member *f, size_t count, const void *from)
{
	size_t written = 0;

	for (size_t i = 0; i < count; i++) {
		written += !is_left_out(&f[i], from);
	}
	return written;
}

void vv_members_put(vv_buf *b, const vv_member *f, size_t count, const void *from)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_left_out(&f[i], from)) {
			vv_cbor_put_key(b, f[i].key);
			vv_member_put(b, &f[i], from);
		}
	}
}

/* --- reading --------------------------------------------------------------------------------- */

static vv_status check_count(size_t is, size_t wanted, vv_error *err)
{
	return is == wanted ? VV_OK
			    : vv_fail(err, VV_ECORRUPT, "%zu members instead of %zu", is, wanted);
}

vv_status vv_members_get_map(vv_members_in *in, size_t members, vv_error *err)
{
	size_t n;
	vv_status rc = vv_cbor_get_map(&in->c, &n, err);
	return rc < 0 ? rc : check_count(n, members, err);
}

vv_status vv_members_get_tuple(vv_members_in *in, size_t members, vv_error *err)
{
	size_t n;
	vv_status rc = vv_cbor_get_array(&in->c, &n, err);
	return rc < 0 ? rc : check_count(n, members, err);
}

static vv_status get_fixed(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(&in->c, &p, &len, err);

	if (rc < 0) return rc;
	if (len != f->size) {
		return vv_fail(err, VV_ECORRUPT, "%zu bytes instead of %zu", len, f->size);
	}
	memcpy(out, p, len);
	return VV_OK;
}

static vv_status get_text(vv_members_in *in, const vv_member *f, const char **out, vv_error *err)
{
	const uint8_t *bytes = NULL;
	const char *text = NULL;
	size_t len;
	vv_status rc = f->type == VV_MEMBER_NAME ? vv_cbor_get_bytes(&in->c, &bytes, &len, err)
						 : vv_cbor_get_text(&in->c, &text, &len, err);

	if (rc < 0) return rc;
	text = bytes ? (const char *)bytes : text;
	if (len > f->max) {
		return vv_fail(err, VV_ECORRUPT, "a name has %zu bytes; at most %zu are allowed",
			       len, f->max);
	}
	if (memchr(text, 0, len)) {
		return vv_fail(err, VV_ECORRUPT, "a name contains a NUL byte");
	}
	*out = vv_arena_strndup(in->arena, text, len);
	return *out ? VV_OK : vv_fail_nomem(err);
}

static vv_status check_item(const vv_member *f, const void *item, vv_error *err)
{
	return !f->fits || f->fits(item)
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "an item of a list has an invalid value");
}

static vv_status get_joined(vv_members_in *in, const vv_member *f, void **out, size_t *count,
			    vv_error *err)
{
	const uint8_t *p;
	size_t len;
	vv_status rc = vv_cbor_get_bytes(&in->c, &p, &len, err);

	if (rc < 0) return rc;
	if (len % f->size != 0 || len / f->size > f->max) {
		return vv_fail(err, VV_ECORRUPT,
			       "a list has %zu bytes, and may have %zu items of %zu bytes", len,
			       f->max, f->size);
	}
	if (!(*out = vv_arena_alloc(in->arena, len + 1))) return vv_fail_nomem(err);
	memcpy(*out, p, len);
	*count = len / f->size;
	for (size_t i = 0; i < *count && rc == VV_OK; i++) {
		rc = check_item(f, (char *)*out + i * f->size, err);
	}
	return rc;
}

static vv_status get_tuple(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	vv_status rc = vv_members_get_tuple(in, f->item_count, err);

	for (size_t i = 0; rc == VV_OK && i < f->item_count; i++) {
		rc = vv_member_get(in, &f->item[i], out, err);
	}
	return rc;
}

static vv_status get_list(vv_members_in *in, const vv_member *f, void **out, size_t *count,
			  vv_error *err)
{
	vv_status rc = vv_cbor_get_array(&in->c, count, err);

	if (rc < 0) return rc;
	if (*count > f->max) {
		return vv_fail(err, VV_ECORRUPT, "a list has %zu items, and the limit is %zu",
			       *count, f->max);
	}
	if (!(*out = vv_arena_calloc(in->arena, *count + 1, f->size))) return vv_fail_nomem(err);
	for (size_t i = 0; i < *count; i++) {
		char *item = (char *)*out + i * f->size;
		rc = f->item_count > 1 ? get_tuple(in, f, item, err)
				       : vv_member_get(in, f->item, item, err);
		if (rc < 0 || (rc = check_item(f, item, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status get_word(vv_members_in *in, const vv_member *f, uint64_t *out, vv_error *err)
{
	size_t at = 0;
	const vv_status rc = vv_cbor_get_word_of(&in->c, f->words, f->max, sizeof(*f->words), &at,
						 err);

	*out = at;
	return rc == VV_ENOSUPPORT ? vv_fail(err, VV_ECORRUPT, "'%s' has an unknown value", f->key)
				   : rc;
}

static vv_status get_uint32(vv_members_in *in, uint32_t *out, vv_error *err)
{
	uint64_t n;
	vv_status rc = vv_cbor_get_uint(&in->c, &n, err);

	if (rc < 0) return rc;
	*out = (uint32_t)n;
	return n <= UINT32_MAX ? VV_OK : vv_fail(err, VV_ECORRUPT, "a number is too large");
}

vv_status vv_member_get(vv_members_in *in, const vv_member *f, void *out, vv_error *err)
{
	void *p = (char *)out + f->at, *more = (char *)out + f->more;
	vv_cbor_type type;
	vv_status rc = vv_cbor_peek(&in->c, &type, err);

	if (rc < 0) return rc;
	if (f->null_ok && type == VV_CBOR_NULL) {
		if (f->type == VV_MEMBER_UINT) {
			*(uint64_t *)p = UINT64_MAX;
		}
		return vv_cbor_get_null(&in->c, err);
	}
	switch (f->type) {
	case VV_MEMBER_UINT:
		return vv_cbor_get_uint(&in->c, p, err);
	case VV_MEMBER_UINT32:
		return get_uint32(in, p, err);
	case VV_MEMBER_BOOL:
		return vv_cbor_get_bool(&in->c, p, err);
	case VV_MEMBER_LINK:
		return vv_cbor_get_link(&in->c, p, err);
	case VV_MEMBER_TEXT:
	case VV_MEMBER_NAME:
		return get_text(in, f, p, err);
	case VV_MEMBER_JOINED:
		return get_joined(in, f, p, more, err);
	case VV_MEMBER_BYTES:
		return vv_cbor_get_bytes(&in->c, p, more, err);
	case VV_MEMBER_FIXED:
		if (f->null_ok) {
			*(bool *)more = true;
		}
		return get_fixed(in, f, p, err);
	case VV_MEMBER_WORD:
		return get_word(in, f, p, err);
	case VV_MEMBER_MAP:
		rc = vv_members_get_map(in, f->item_count, err);
		return rc < 0 ? rc : vv_members_get(in, f->item, f->item_count, out, err);
	case VV_MEMBER_TUPLE:
		return get_tuple(in, f, out, err);
	case VV_MEMBER_OWN:
		return f->get(in, f, out, err);
	default:
		return get_list(in, f, p, more, err);
	}
}

vv_status vv_members_get(vv_members_in *in, const vv_member *f, size_t count, void *out,
			 vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		const bool is_next = vv_cbor_try_key(&in->c, f[i].key);
		if (!is_next && !f[i].optional) return vv_cbor_get_key(&in->c, f[i].key, err);
		if (is_next && (rc = vv_member_get(in, &f[i], out, err)) < 0) return rc;
		if (is_next && is_left_out(&f[i], out)) {
			return vv_fail(err, VV_ECORRUPT, "'%s' is empty, and must be left out then",
				       f[i].key);
		}
	}
	return VV_OK;
}
